/** Charts: what left its limits lately, and which parameters should worry us; from both to the chart itself. */
import '../style/pages.css';
import '../style/holds.css';
import '../style/control-charts.css';
import '../style/capability.css';
import {Alarms} from '../parts/alarms.tsx';
import {Heading} from '../parts/heading.tsx';
import {OpenChart} from '../parts/open-chart.tsx';
import {Worrying} from '../parts/worrying.tsx';

export function Charts() {
  return (
    <>
      <Heading name="Charts" />
      <Alarms />
      <OpenChart />
      <Worrying />
    </>
  );
}
