/** The small plot that convinces, shown while a bone is pointed at or has the focus. */
import {useCallback, useEffect, useState} from 'react';
import type {Finding, LevelRate, ScreenAnswer} from '../../api/schemas.ts';
import {useFinding} from '../api.ts';
import {overallRate, rateByLevel} from '../charts/rate-by-level.ts';
import {unbroken} from '../format.ts';
import {Drawing} from './chart-figure.tsx';

const WIDTH_PX = 328;
const PATIENCE_MS = 200;

interface Props {
  finding: Finding;
  x: number;
  y: number;
  roomPx: number;
  answer: ScreenAnswer;
}

export function Glimpse({finding, x, y, roomPx, answer}: Props) {
  const [patient, setPatient] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPatient(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  const {data} = useFinding(patient ? finding.id : null);
  if (!patient) return null;
  const place = {left: Math.max(0, Math.min(x, roomPx - WIDTH_PX)), top: y + 6, width: WIDTH_PX};
  return (
    <div className="glimpse" style={place} role="tooltip">
      <p>{unbroken(finding.sentence)}</p>
      {data && data.levels.length > 0 && (
        <SmallPlot levels={data.levels} finding={finding} overall={overallRate(answer)} />
      )}
      <p className="subtitle">Enter or click opens it.</p>
    </div>
  );
}

interface SmallPlotProps {
  levels: LevelRate[];
  finding: Finding;
  overall: number | null;
}

function SmallPlot({levels, finding: {level, threshold, effect}, overall}: SmallPlotProps) {
  const means = effect.measure === 'meanDifference';
  const draw = useCallback(
    (width: number) =>
      rateByLevel(levels, {width, accused: level, overall, ranges: threshold !== null, means, most: 5}),
    [levels, level, threshold, overall, means],
  );
  return <Drawing draw={draw} />;
}
