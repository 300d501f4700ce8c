/** Inspections: what was found, where on the part, whether reviewers agree, and whether the inspectors can be trusted. */
import '../style/pages.css';
import '../style/holds.css';
import '../style/capability.css';
import '../style/defect-map.css';
import '../style/inspections.css';
import {DefectPlaces} from '../parts/defect-places.tsx';
import {Gallery} from '../parts/gallery.tsx';
import {Heading} from '../parts/heading.tsx';
import {InspectionFilter} from '../parts/inspection-filter.tsx';
import {Inspectors} from '../parts/inspectors.tsx';
import {ReviewQueue} from '../parts/review-queue.tsx';
import {useQuestion} from '../question.ts';

const TABS = [
  {tab: 'gallery', name: 'Gallery', show: Gallery},
  {tab: 'places', name: 'Where they fall', show: DefectPlaces},
  {tab: 'review', name: 'Review', show: ReviewQueue},
  {tab: 'inspectors', name: 'Inspectors', show: Inspectors},
] as const;

export function Inspections() {
  const {params} = useQuestion();
  const {tab, show: Shown} = TABS.find(one => one.tab === params.get('tab')) ?? TABS[0];
  return (
    <>
      <Heading name="Inspections">Inspections</Heading>
      <nav className="tabs" aria-label="Inspections">
        {TABS.map(one => (
          <a key={one.tab} href={hrefOf(params, one.tab)} aria-current={one.tab === tab ? 'page' : undefined}>
            {one.name}
          </a>
        ))}
      </nav>
      <InspectionFilter ofResults={tab === 'gallery'} />
      <Shown />
    </>
  );
}

/** What belongs to one of them alone does not go along. */
function hrefOf(params: URLSearchParams, tab: string): string {
  const next = new URLSearchParams(params);
  for (const name of ['offset', 'inspection', 'region', 'view', 'table']) next.delete(name);
  if (tab === 'gallery') next.delete('tab');
  else next.set('tab', tab);
  const query = next.toString();
  return query ? `/inspections?${query}` : '/inspections';
}
