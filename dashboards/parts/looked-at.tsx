/** The images of a part, with the defects that were found drawn on them; without its image, where on the plate they lie. */
import {useState} from 'react';
import type {LookedAt} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {counted, moment, percent} from '../format.ts';
import {Shortened} from './shortened.tsx';

type Box = LookedAt['defects'][number] & {x: number; y: number; width: number; height: number};

const isBox = (defect: LookedAt['defects'][number]): defect is Box =>
  defect.x !== null && defect.y !== null && defect.width !== null && defect.height !== null;

const SHOWN = 4;

export function Looks({inspections}: {inspections: readonly LookedAt[]}) {
  if (inspections.length === 0) return null;
  const newest = inspections.toReversed();
  return (
    <section aria-label="Inspections">
      <h2>{counted(inspections.length, 'inspection')}</h2>
      <Shortened items={newest} first={SHOWN}>
        {some => (
          <ul className="looks">
            {some.map(look => (
              <Look key={look.inspection} look={look} />
            ))}
          </ul>
        )}
      </Shortened>
    </section>
  );
}

function Look({look}: {look: LookedAt}) {
  const timeZone = usePlant().data?.timeZone;
  const {result, inspector, station, at, defects} = look;
  return (
    <li>
      <Picture look={look} />
      <p>
        <b className={result === 'fail' ? 'failed' : undefined}>
          {result === 'fail' ? '◆' : '●'} {result}
        </b>{' '}
        {[station && `at ${station}`, inspector && `by ${inspector}`].filter(Boolean).join(' ')}
      </p>
      <p className="subtitle">{moment(at, timeZone)}</p>
      {defects.length > 0 && (
        <ol className="found">
          {defects.map((defect, k) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a code may repeat, and nothing moves
            <li key={k}>
              {defect.defect}
              <small>
                {[
                  defect.view,
                  defect.confidence !== null && `confidence ${percent(defect.confidence)}`,
                  defect.severity !== null && `severity ${defect.severity}`,
                  !isBox(defect) && 'not located',
                ]
                  .filter(Boolean)
                  .join(', ')}
              </small>
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}

/** The small picture, which leads to the image itself; boxes are in the pixels of that. */
function Picture({look}: {look: LookedAt}) {
  const {image, kept, defects} = look;
  const [loaded, setLoaded] = useState<{width: number; height: number} | null>(null);
  const [gone, setGone] = useState(false);
  const boxes = defects.filter(isBox);
  if (kept === null || gone)
    return <Plate boxes={boxes} why={image === null ? 'no image was recorded' : 'its image is not kept here'} />;
  // Of a file that does not tell its size the image itself does.
  const told = kept.width !== null && kept.height !== null ? {width: kept.width, height: kept.height} : null;
  const size = loaded && (told ?? loaded);
  return (
    <a className="picture" href={`/v1/images/${image}`} target="_blank" rel="noreferrer">
      <img
        src={`/v1/images/${image}${told ? '/thumbnail' : ''}`}
        alt={`Inspection ${look.inspection}: ${defects.map(({defect}) => defect).join(', ') || 'no defect'}`}
        loading="lazy"
        onLoad={({currentTarget: {naturalWidth: width, naturalHeight: height}}) => setLoaded({width, height})}
        onError={() => setGone(true)}
      />
      {size && boxes.length > 0 && <Boxes boxes={boxes} width={size.width} height={size.height} />}
    </a>
  );
}

/** The size of the image is not known: as large as what was found on it, and an edge. */
function Plate({boxes, why}: {boxes: readonly Box[]; why: string}) {
  const reach = Math.max(128, ...boxes.flatMap(({x, y, width, height}) => [x + width + 8, y + height + 8]));
  return (
    <div className="picture plate">
      <Boxes boxes={boxes} width={reach} height={reach} />
      <small>{boxes.length > 0 ? `where it lies; ${why}` : why}</small>
    </div>
  );
}

function Boxes({boxes, width, height}: {boxes: readonly Box[]; width: number; height: number}) {
  const size = Math.max(width, height) / 14;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {boxes.map((box, k) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a code may repeat, and nothing moves
        <g key={k}>
          <rect className="halo" x={box.x} y={box.y} width={box.width} height={box.height} />
          <rect x={box.x} y={box.y} width={box.width} height={box.height} />
          <text x={box.x} y={box.y > size * 1.3 ? box.y - size * 0.3 : box.y + box.height + size} fontSize={size}>
            {k + 1}
          </text>
        </g>
      ))}
    </svg>
  );
}
