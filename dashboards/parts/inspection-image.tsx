/** An image with the boxes of its defects; where no image is kept, a plate that says so and still shows where they are. */
import type {InspectionCard, InspectionListAnswer} from '../../api/schemas.ts';
import {segment} from '../api.ts';

type Frames = InspectionListAnswer['frames'];

interface Props {
  card: InspectionCard;
  frames: Frames;
  /** The image itself instead of the small picture of it. */
  whole?: boolean;
}

export function InspectionImage({card, frames, whole = false}: Props) {
  const {width, height, scale} = planeOf(card, frames);
  const boxes = card.defects.flatMap(({x, y, width: w, height: h, defect}, k) =>
    x === null || y === null ? [] : [{key: `${defect} ${k}`, x, y, w: w ?? 0, h: h ?? 0}],
  );
  const line = Math.max(width, height) / (whole ? 128 : 64);
  const source = card.image === null ? '' : `/v1/images/${segment(card.image)}${whole ? '' : '/thumbnail'}`;
  return (
    <svg className="inspection-image" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={labelOf(card)}>
      {card.kept === null ? (
        <Plate
          width={width}
          height={height}
          image={card.image}
          size={whole ? 0.6 : 1}
          taken={boxes.map(({y, h}) => [y * scale.y, (y + h) * scale.y])}
        />
      ) : (
        <image href={source} width={width} height={height} preserveAspectRatio="none" />
      )}
      {boxes.map(({key, x, y, w, h}) => (
        <g key={key} className="defect-box">
          {['under', 'over'].map(name => (
            <rect
              key={name}
              className={name}
              x={Math.max(line / 2, x * scale.x - line)}
              y={Math.max(line / 2, y * scale.y - line)}
              width={Math.max(line, Math.min(w * scale.x + 2 * line, width - x * scale.x))}
              height={Math.max(line, Math.min(h * scale.y + 2 * line, height - y * scale.y))}
              strokeWidth={name === 'under' ? line : line / 2}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

interface PlateProps {
  width: number;
  height: number;
  image: string | null;
  size: number;
  /** From where to where down the picture boxes reach: the words go where none is. */
  taken: [number, number][];
}

function Plate({width, height, image, size, taken}: PlateProps) {
  const letter = size * Math.min(width / 12, height / 8);
  const places = [height - letter * 0.8, letter * 1.6, height / 2];
  const y = places.find(at => taken.every(([top, bottom]) => bottom < at - letter * 1.2 || top > at + letter * 0.5));
  return (
    <>
      <rect className="plate" width={width} height={height} />
      <text className="plate-text" x={width / 2} y={y ?? places[0]} fontSize={letter} textAnchor="middle">
        {image === null ? 'no image was sent' : 'image not kept here'}
      </text>
    </>
  );
}

/** Boxes come in pixels of the image, or in shares of it; how large an image is that nobody kept, other boxes show. */
function planeOf({kept, defects}: InspectionCard, frames: Frames) {
  const view = defects[0]?.view ?? null;
  const frame = frames.find(f => f.view === view) ?? frames[0];
  const inShares = frame !== undefined && frame.width <= 1 && frame.height <= 1;
  const width = kept?.width ?? (frame && !inShares ? frame.width : 128);
  const height = kept?.height ?? (frame && !inShares ? frame.height : 128);
  return {width, height, scale: inShares ? {x: width, y: height} : {x: 1, y: 1}};
}

function labelOf({part, result, defects, kept}: InspectionCard): string {
  const found = defects.length === 0 ? '' : `: ${defects.map(({defect}) => defect).join(', ')}`;
  return `${kept === null ? 'No image' : 'Image'} of part ${part}, ${result}${found}`;
}
