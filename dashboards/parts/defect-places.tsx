/** Where on the part defects fall; a region that stands out becomes a question: what is different about these? */
import type {DefectMapAnswer} from '../../api/schemas.ts';
import {DefectMapChart} from '../charts/defect-map.tsx';
import {partsIn, type Region, readRegion, regionFilter, regionQuestion, writeRegion} from '../charts/defect-region.ts';
import {count, counted, percent} from '../format.ts';
import {useDefectMap} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer, Empty} from './answer.tsx';
import {Choice} from './choice.tsx';
import {Wide} from './wide.tsx';

type Map = DefectMapAnswer['maps'][number];

export function DefectPlaces() {
  const {scope, params} = useQuestion();
  const query = useDefectMap({
    ...scope,
    defect: params.get('defect') ?? undefined,
    station: params.get('station') ?? undefined,
    inspector: params.get('inspector') ?? undefined,
  });
  return <Answer query={query}>{answer => <Places {...answer} />}</Answer>;
}

function Places({maps, placed, failing}: DefectMapAnswer) {
  const {params, change} = useQuestion();
  const asTable = params.get('table') === 'true';
  if (maps.length === 0) {
    return (
      <Empty title="No defect here has a place" command="npx fishbone ingest defects.csv">
        <p>Columns x, y, width and height of the defects say where they are.</p>
      </Empty>
    );
  }
  const map = maps.find(({view}) => (view ?? '') === (params.get('view') ?? maps[0].view ?? '')) ?? maps[0];
  const region = readRegion(params.get('region'), map);
  const choose = (next: Region | null) =>
    change({region: next === null ? null : writeRegion(next, map)}, {replace: true});
  const densest = map.cells.toSorted((a, b) => b.parts - a.parts)[0];
  return (
    <div className="places">
      <figure className="chart">
        <figcaption>
          <h2>
            The densest cell has {counted(densest.parts, 'part')} of {count(map.parts)}; spread evenly it would have{' '}
            {Number((map.parts / (map.columns * map.rows)).toPrecision(2))}
          </h2>
          <p>
            {count(placed)} of {counted(failing, 'part')} that failed at first, by the middle of the defect that the
            inspector was surest of. Cells are {Number(map.cell.toFixed(3))} wide, in the units of the boxes; no box
            ends beyond {Number(map.width.toFixed(1))} × {Number(map.height.toFixed(1))}.
          </p>
        </figcaption>
        <div className="chart-tools">
          {maps.length > 1 && (
            <Choice
              label="View"
              value={map.view ?? ''}
              choices={Object.fromEntries(
                maps.map(({view, parts}) => [view ?? '', `${view ?? 'not named'} (${counted(parts, 'part')})`]),
              )}
              choose={view => change({view: view === (maps[0].view ?? '') ? null : view, region: null})}
            />
          )}
          <button
            type="button"
            className="quiet-button"
            aria-pressed={asTable}
            onClick={() => change({table: asTable ? null : 'true'}, {replace: true})}
          >
            {asTable ? 'View as chart' : 'View as table'}
          </button>
        </div>
        {asTable ? <CellTable map={map} /> : <DefectMapChart map={map} region={region} choose={choose} />}
      </figure>
      <RegionChosen map={map} region={region} clear={() => choose(null)} />
    </div>
  );
}

function RegionChosen({map, region, clear}: {map: Map; region: Region | null; clear: () => void}) {
  const {scope, params, href} = useQuestion();
  if (region === null) {
    return (
      <section className="region" aria-label="Chosen region">
        <h2>Choose a region</h2>
        <p className="subtitle">
          Drag over cells, or go to one with the arrow keys and hold Shift to widen it. Escape lets it go.
        </p>
      </section>
    );
  }
  const parts = partsIn(region, map);
  const cells = (region.right - region.left + 1) * (region.bottom - region.top + 1);
  const area = cells / (map.columns * map.rows);
  const question = regionQuestion(region, map, {where: scope.where, defect: params.get('defect') ?? undefined});
  const gallery = scope.where ? `(${scope.where}) and ${regionFilter(region, map)}` : regionFilter(region, map);
  return (
    <section className="region" aria-label="Chosen region">
      <h2>
        {counted(parts, 'part')} in {percent(area)} of the area
      </h2>
      <p>
        {percent(parts / map.parts)} of {count(map.parts)} parts. Were defects spread evenly,{' '}
        {count(Math.round(map.parts * area))} would be here.
      </p>
      <code className="command">{regionFilter(region, map)}</code>
      {parts > 0 && (
        <p className="region-links">
          <a className="button" href={href('/investigate', {...question, defect: null, measurement: null})}>
            What is different about these?
          </a>
          <a href={`${href('/inspections', {where: gallery})}`}>Show them</a>
        </p>
      )}
      <p className="subtitle">They are compared with the parts whose defect lies elsewhere in this view.</p>
      <button type="button" className="quiet-button" onClick={clear}>
        Let it go
      </button>
    </section>
  );
}

function CellTable({map}: {map: Map}) {
  const rows = map.cells.toSorted((a, b) => b.parts - a.parts);
  const from = (k: number) => Number((k * map.cell).toFixed(3));
  return (
    <Wide label="Parts by cell">
      <table>
        <thead>
          <tr>
            <th className="number">x from</th>
            <th className="number">to</th>
            <th className="number">y from</th>
            <th className="number">to</th>
            <th className="number">Parts</th>
            <th className="number">Share</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({column, row, parts}) => (
            <tr key={`${column} ${row}`}>
              <td className="number">{from(column)}</td>
              <td className="number">{from(column + 1)}</td>
              <td className="number">{from(row)}</td>
              <td className="number">{from(row + 1)}</td>
              <td className="number">{count(parts)}</td>
              <td className="number">{percent(parts / map.parts)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
