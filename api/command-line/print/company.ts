import {pointName} from '../../../warehouse/charts/values.ts';
import type {CompanyAnswer} from '../../../warehouse/engines/answers.ts';
import {bold, count, counted, paragraphs, percent, short, table} from './layout.ts';

/** An answer over all plants for people: the figures first, then whose they are. */
export function companyText(told: CompanyAnswer): string {
  const {engine, plants, counters} = told;
  const notes = told.question === 'screen' ? told.answer.question.notes : told.answer.notes;
  const asked = table(
    ['plant', 'position', 'published'],
    plants.map(({plant, position, publishedAt}) => [plant, position, publishedAt]),
  );
  const cost = [
    `${counters.queries} ${counters.queries === 1 ? 'query' : 'queries'}`,
    counters.bytesRead === null ? '' : `${count(counters.bytesRead)} bytes read`,
    counters.bytesReturned === null ? '' : `${count(counters.bytesReturned)} bytes returned`,
  ].filter(text => text !== '');
  return paragraphs(bodyOf(told), notes.join('\n'), asked, `${engine}: ${cost.join(', ')}`);
}

function bodyOf(told: CompanyAnswer): string {
  switch (told.question) {
    case 'plants':
      return bold(counted(told.plants.length, 'plant'));
    case 'pareto': {
      const {basis, bars, other, by} = told.answer;
      const rows = [...bars, ...(other === null ? [] : [other])].map(bar => [
        bar.key,
        bar.count,
        bar.parts,
        Math.round(bar.ppm),
        percent(bar.share),
      ]);
      return paragraphs(
        `${counted(basis.defects, 'defect')} on ${counted(basis.defectiveParts, 'part')} of ${count(basis.parts)} inspected`,
        table([by, 'defects', 'parts', 'ppm', 'share'], rows),
      );
    }
    case 'yield': {
      const {inspected, passedFirst, fpy, rty, finalYield, intervals, groups} = told.answer;
      const range = (of: {low: number; high: number} | null) =>
        of === null ? '' : `${percent(of.low)} to ${percent(of.high)}`;
      return paragraphs(
        `${count(passedFirst)} of ${counted(inspected, 'inspected part')} passed at the first inspection`,
        table(
          ['', '', '95 %'],
          [
            ['first-pass yield', percent(fpy), range(intervals.fpy)],
            ['rolled throughput', percent(rty), range(intervals.rty)],
            ['final yield', percent(finalYield), range(intervals.finalYield)],
          ],
        ),
        groups === undefined
          ? ''
          : table(
              ['group', 'inspected', 'first-pass', '95 %'],
              groups.map(group => [group.key, group.inspected, percent(group.fpy), range(group.intervals.fpy)]),
            ),
      );
    }
    case 'chart': {
      const {parameter, kind, center, sigma, of, points} = told.answer;
      return paragraphs(
        `${parameter}, ${kind}: centre ${short(center)}, sigma ${short(sigma)}; ${of.violations} of ${counted(of.points, 'point')} break a rule`,
        table(
          ['point', 'value', 'rules'],
          points
            .filter(point => point.violations.length > 0)
            .map(point => [pointName(point), short(point.value), point.violations.join(', ')]),
        ),
      );
    }
    case 'capability':
      return bold(told.answer.verdict.sentence);
    case 'screen': {
      const {population, tests, findings} = told.answer;
      const claims = findings.filter(
        ({verdict, q}) => q <= 0.05 && (verdict === 'supported' || verdict === 'ambiguous'),
      );
      return paragraphs(
        `${counted(population.parts, 'part')}, ${count(population.defective)} defective; ${counted(tests, 'test')}`,
        claims.length === 0 ? bold('Nothing can be claimed.') : '',
        ...(claims.length > 0 ? claims : findings.slice(0, 5)).map(({sentence}) => sentence),
      );
    }
    case 'trace': {
      const {plant, kind, id, backward, forward} = told.answer;
      const rows = (of: typeof forward) =>
        table(
          ['depth', 'kind', 'id'],
          of.map(one => [one.depth, one.kind, one.id]),
        );
      return paragraphs(
        bold(`${kind} ${id} of ${plant}`),
        `made from ${counted(backward.length, 'item')}`,
        rows(backward),
        `went into ${counted(forward.length, 'item')}`,
        rows(forward),
      );
    }
    case 'contain': {
      const {basis, parts, lots} = told.answer;
      return paragraphs(
        bold(`${counted(parts, 'part')} in ${counted(lots.length, 'lot')}`),
        basis,
        table(
          ['plant', 'lot', 'suspect', 'of', 'role'],
          lots.map(lot => [lot.plant, lot.lot, lot.parts, lot.of, lot.role]),
        ),
      );
    }
  }
}
