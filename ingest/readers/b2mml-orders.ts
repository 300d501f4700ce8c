import type {Around, B2mmlOut} from './b2mml-message.ts';
import type {XmlElement} from './xml-element.ts';

const isMade = (requirement: XmlElement) =>
  requirement.name === 'MaterialProducedRequirement' ||
  /^(?:material |yield )?produced$/i.test(requirement.text('MaterialUse') ?? '');

/** A JobOrder, or a request of production or of other operations: an order to make something. */
export function ordersOf(object: XmlElement, around: Around, out: B2mmlOut): void {
  const work_order = object.text('ID');
  if (work_order === undefined) {
    out.refuse(object, 'has no ID');
    return;
  }
  const requirements = requirementsIn(object);
  const [made, ...others] = requirements.filter(isMade);
  for (const one of others) out.leaveWhole(one, 'further products of an order');
  for (const one of requirements.filter(r => !isMade(r))) out.leaveWhole(one, 'materials that an order plans to use');
  const product = made?.text('MaterialDefinitionID');
  if (product === undefined) {
    out.refuse(object, `${work_order} says of no material that it is produced, so its product is not known`);
    return;
  }
  out.records.put('order', object.line, {
    work_order,
    product,
    quantity: out.quantity(made),
    due_at: object.text('EndTime'),
    status: object.text('DispatchStatus', 'RequestState', 'RequestStatus'),
    recorded_at: around.recordedAt(object),
  });
}

function requirementsIn(object: XmlElement): XmlElement[] {
  const own = object.all('MaterialRequirement', 'MaterialProducedRequirement');
  const inner = object.all('SegmentRequirement', 'SegmentRequirementChild');
  return [...own, ...inner.flatMap(requirementsIn)];
}
