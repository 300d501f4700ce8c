/** Places that have no page yet say so, and say what answers the question today. */
import {Empty} from '../parts/answer.tsx';

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
