/** Places that have no page yet say so, and say what answers the question today. */
import {Empty} from '../parts/answer.tsx';

export function Charts() {
  return (
    <>
      <h1>Charts</h1>
      <Empty title="No pictures yet: control charts" command="npx fishbone chart any-fail --kind p">
        <p>
          This page will draw control charts of any parameter. Until then, the command line says which points break
          which rule, and the points themselves are at <code>/v1/charts/any-fail?kind=p</code>:
        </p>
      </Empty>
    </>
  );
}

export function Inspections() {
  return (
    <>
      <h1>Inspections</h1>
      <Empty
        title="Not built yet: defect gallery, heat map and review"
        command="npx fishbone pareto --by inspection.station"
      >
        <p>
          This page will show the images with their defects, where on the part they fall, and what reviewers say. Until
          then, the inspections of a part are in its Trace, and counts come from the command line:
        </p>
      </Empty>
    </>
  );
}
