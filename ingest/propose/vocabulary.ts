/** What plants call the columns of their tables, in English and German; written as `plainWords` makes it. */

/** What the values of a column have to look like. */
export type Kind = 'id' | 'word' | 'time' | 'number' | 'code' | 'text';

/** Role (a canonical column, mostly) -> what its values look like, and what it is called. */
export const ROLES = {
  part: {
    kind: 'id',
    names:
      'part|part id|serial|serial number|serial no|serial nr|serialno|sn|s n|unit id|unit serial|dut|dut id|uid|udi|dmc|data matrix|datamatrix|barcode|seriennummer|seriennr|serien nr|serien nummer|teile id|teil id|bauteil|bauteil id|bauteilnummer|identnummer|ident nr|stuecknummer',
  },
  product: {
    kind: 'word',
    names:
      'product|product id|product name|product code|article|article number|part number|part no|part desc|part name|part type|item|sku|model|type|variant|produkt|artikel|artikelnummer|artikelnr|sachnummer|materialnummer|teilenummer|teilenr|teiletyp|typ|variante|erzeugnis|bezeichnung',
  },
  lot: {
    kind: 'word',
    names:
      'lot|lot id|lot number|lot no|batch|batch id|batch number|batch no|charge|chargennummer|chargen nr|chargennr|los|losnummer|losnr',
  },
  work_order: {
    kind: 'word',
    names:
      'work order|workorder|wo|order|order number|order no|production order|job|job number|job id|case id|auftrag|auftragsnummer|auftragsnr|fertigungsauftrag|fa|fa nr',
  },
  station: {
    kind: 'word',
    names:
      'station|station id|machine|machine id|machine no|resource|work center|workcenter|workcentre|cell|equipment|equipment id|press|tester|maschine|maschinennummer|maschinen nr|anlage|arbeitsplatz|pruefplatz|zelle|automat',
  },
  tool: {
    kind: 'word',
    names: 'tool|tool id|tool no|mould|mold|die|fixture|werkzeug|werkzeugnummer|werkzeug nr|vorrichtung|form',
  },
  cavity: {kind: 'word', names: 'cavity|cavity no|nest|kavitaet|formnest'},
  operator: {
    kind: 'word',
    names:
      'operator|operator id|worker|worker id|employee|employee id|werker|bediener|mitarbeiter|personalnummer|personal nr',
  },
  inspector: {kind: 'word', names: 'inspector|inspected by|tested by|pruefer|geprueft von'},
  step: {
    kind: 'word',
    names:
      'step|process step|operation|operation no|activity|process|routing step|arbeitsgang|arbeitsschritt|prozessschritt|prozess|vorgang|schritt',
  },
  program: {kind: 'word', names: 'program|programme|recipe|program no|programm|rezept|programmnummer'},
  supplier: {kind: 'word', names: 'supplier|vendor|manufacturer|lieferant|hersteller'},
  material: {kind: 'word', names: 'material|material name|werkstoff|rohmaterial'},
  shift: {kind: 'word', names: 'shift|shift no|crew|schicht|schichtnummer'},
  inspection: {
    kind: 'id',
    names:
      'inspection|inspection id|test id|measurement id|record id|pruefung|pruefnummer|pruefung id|mess id|messung id',
  },
  inspected_at: {
    kind: 'time',
    names:
      'inspected at|inspection time|test time|test date|tested at|timestamp|time stamp|time|date|datetime|date time|pruefzeit|pruefdatum|pruefzeitpunkt|zeitstempel|zeit|datum|zeitpunkt|messzeit|messdatum|datum uhrzeit',
  },
  measured_at: {kind: 'time', names: 'measured at|measurement time|gemessen am'},
  started_at: {
    kind: 'time',
    names: 'started at|start|start time|start timestamp|start date|begin|started|beginn|startzeit|start zeit|anfang',
  },
  ended_at: {
    kind: 'time',
    names:
      'ended at|end|end time|end timestamp|complete timestamp|completed at|finish|finished at|stop|ende|endzeit|fertig',
  },
  made_at: {
    kind: 'time',
    names:
      'made at|produced at|production date|manufactured|manufacturing date|fertigungsdatum|herstelldatum|produktionsdatum',
  },
  recorded_at: {kind: 'time', names: 'recorded at|updated at|last modified|geaendert am|erfasst am'},
  hour: {kind: 'text', names: 'hour|time of day|uhrzeit|stunde|std'},
  result: {
    kind: 'code',
    names:
      'result|test result|inspection result|pass fail|passed|pass|ok|ok nok|is ok|status|judgement|judgment|verdict|label|failed|fail|defective|machine failure|failure|scrap|i o|io|n i o|nio|ergebnis|resultat|pruefergebnis|bewertung|befund|gut|schlecht|ausschuss|fehlerhaft',
  },
  defect: {
    kind: 'word',
    names:
      'defect|defect code|defect type|fault|fault code|fault type|failure type|failure code|failure mode|error code|fehler|fehlercode|fehlerart|fehlerbild|fehlerschluessel|fehlernummer|mangel',
  },
  parameter: {
    kind: 'word',
    names:
      'parameter|characteristic|feature|measurement|measurement name|merkmal|pruefmerkmal|messgroesse|kenngroesse|messmerkmal',
  },
  value: {kind: 'number', names: 'value|measured value|reading|actual|wert|messwert|istwert|ist'},
  unit: {kind: 'word', names: 'unit|uom|einheit|masseinheit'},
  lsl: {
    kind: 'number',
    names: 'lsl|lower limit|lower spec limit|lower tolerance|usg|ugw|untere grenze|untere toleranz|min toleranz',
  },
  usl: {
    kind: 'number',
    names: 'usl|upper limit|upper spec limit|upper tolerance|osg|ogw|obere grenze|obere toleranz|max toleranz',
  },
  target: {kind: 'number', names: 'target|nominal|set point|setpoint|soll|sollwert|nennmass|nennwert'},
  quantity: {kind: 'number', names: 'quantity|qty|order qty|work order qty|menge|auftragsmenge|stueckzahl'},
  quantity_good: {
    kind: 'number',
    names: 'qty completed|good|good qty|quantity good|qty good|yield qty|gutmenge|gut menge|gutteile|gutstueck',
  },
  quantity_rejected: {
    kind: 'number',
    names:
      'qty rejected|rejected|reject qty|scrap qty|quantity rejected|bad qty|ausschussmenge|schlechtteile|schlechtmenge|ausschuss menge',
  },
  inspected: {kind: 'number', names: 'inspected|checked|qty inspected|geprueft|gepruefte teile|pruefmenge'},
  reworked: {kind: 'number', names: 'reworked|qty reworked|nacharbeit|nacharbeitsmenge'},
  report_kind: {kind: 'word', names: 'report type|report kind|record type|meldeart|rueckmeldeart'},
  image: {kind: 'text', names: 'image|image file|image path|picture|bild|bilddatei|bildpfad'},
  confidence: {kind: 'number', names: 'confidence|score|probability|konfidenz'},
  severity: {kind: 'number', names: 'severity|schwere|schweregrad'},
} as const satisfies Record<string, {kind: Kind; names: string}>;

export type Role = keyof typeof ROLES;

/** Texts that stand for no value. */
export const MISSING_WORDS: ReadonlySet<string> = new Set(
  'NaN|nan|NAN|NA|N/A|n/a|n.a.|NULL|Null|null|None|-|--|---|?|#N/A|#NV|#DIV/0!|#WERT!|#VALUE!|k.A.|k. A.|*'.split('|'),
);

const codes = (list: string) => new Set(list.split('|'));
/** In lower case, without dots and spaces. */
const PASS = codes(
  'ok|io|pass|passed|good|gut|gutteil|accept|accepted|conform|conforming|bestanden|inordnung|fehlerfrei',
);
const FAIL = codes(
  'nok|nio|ng|fail|failed|bad|reject|rejected|schlecht|schlechtteil|notok|nichtio|nichtok|nichtbestanden|nonconform|defect|defective|ausschuss|scrap',
);
const ERROR = codes('error|err|abort|aborted|invalid|abbruch|abgebrochen|ungueltig');
const YES = codes('1|y|yes|true|t|j|ja|wahr|x');
const NO = codes('0|n|no|false|f|nein|falsch');
const SAYS_GOOD = /\b(ok|is ok|pass|passed|io|i o|gut|good|accepted|bestanden)\b/;
const SAYS_BAD =
  /\b(nok|nio|n i o|fail|failed|failure|defective|reject|rejected|scrap|ausschuss|schlecht|fehlerhaft)\b/;

/** What a code says by itself, whatever its column is called. */
export function resultOf(code: string): 'pass' | 'fail' | 'error' | undefined {
  const plain = code
    .toLowerCase()
    .replaceAll(/[\s._-]/g, '')
    .replaceAll('ü', 'ue');
  return PASS.has(plain) ? 'pass' : FAIL.has(plain) ? 'fail' : ERROR.has(plain) ? 'error' : undefined;
}

/** What yes and no, 1 and 0 say under a header that says what is true: "OK?" or "Failed", not "Result". */
export function answerOf(code: string, header: string): 'pass' | 'fail' | undefined {
  const plain = code.toLowerCase();
  if (!YES.has(plain) && !NO.has(plain)) return undefined;
  const good = SAYS_GOOD.test(header) && !/\b(not|nicht|nok|nio|n i o)\b/.test(header);
  const bad = SAYS_BAD.test(header);
  if (good === bad) return undefined;
  return YES.has(plain) === good ? 'pass' : 'fail';
}
