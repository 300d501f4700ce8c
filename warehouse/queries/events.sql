-- One row per thing that happened to the given part, lot and work order (details as JSON), oldest first.
with the_parts as (
  select i.item, i.id, q.product, q.work_order, q.lot, q.made_at, q.part is not null as described
  from fact.items i
  left join now.parts q on q.part = i.item
  where i.item = $part::integer
), the_lots as (
  select i.item, i.id, q.material, q.supplier, q.made_at, q.quantity
  from fact.items i
  left join now.lots q on q.lot = i.item
  where i.item = $lot::integer
), of_interest as (
  select item, id, 'part' as kind from the_parts
  union all
  select item, id, 'lot' from the_lots
), made as (
  select p.made_at as "at", 'made' as what, null as step, null as station,
    concat_ws(' ', 'part', p.id, 'of', p.product, 'in lot ' || i.id, 'under work order ' || p.work_order) as text,
    to_json({product: p.product, lot: i.id, work_order: p.work_order}) as details
  from the_parts p left join fact.items i on i.item = p.lot
  where p.described
  union all
  select made_at, 'made', null, null,
    concat_ws(' ', 'lot', id, 'of', material, 'from ' || supplier),
    to_json({material: material, supplier: supplier, quantity: quantity})
  from the_lots where material is not null
  union all
  select null, 'report', null, null,
    concat_ws(' ', 'work order', w.work_order, 'for', format('{:g}', w.quantity), w.product, '(' || w.status || ')'),
    to_json({product: w.product, quantity: w.quantity, due_at: strftime(w.due_at, '%Y-%m-%dT%H:%M:%SZ'), status: w.status})
  from now.work_orders w where w.work_order = $work_order
), runs as (
  select o.*, p.id as subject from now.operations o cross join the_parts p where o.part = $part::integer
  union all
  select o.*, l.id from now.operations o cross join the_lots l where o.lot = $lot::integer
  union all
  select o.*, null from now.operations o where o.work_order = $work_order
), operations as (
  select coalesce(started_at, ended_at) as "at",
    case when work_order is null and report_kind is null then 'operation' else 'report' end as what, step, station,
    concat_ws(' ',
      coalesce(report_kind, step), case when run > 1 then 'run ' || run end, 'at ' || station, 'with tool ' || tool,
      'cavity ' || cavity, 'by ' || operator, 'program ' || program,
      case when quantity_good is not null then format('{:g} good', quantity_good) end,
      case when quantity_rejected is not null then format('{:g} rejected', quantity_rejected) end
    ) as text,
    to_json({run: run, tool: tool, cavity: cavity, operator: operator, program: program, ended_at: strftime(ended_at, '%Y-%m-%dT%H:%M:%SZ'),
      report_kind: report_kind, quantity_good: quantity_good, quantity_rejected: quantity_rejected, of: subject}) as details
  from runs
), judged as (
  select i.inspection, i.inspected_at as "at", i.step, i.station, i.inspector, i.result, i.confidence, i.verification, i.image,
    string_agg(d.defect, ', ' order by d.defect, d.n) as defects
  from now.inspections i
  left join now.defects d on d.inspection = i.inspection
  where i.part = $part::integer
  group by all
), inspections as (
  select "at", 'inspection' as what, step, station,
    concat_ws(' ', result || coalesce(':' || ' ' || defects, ''), 'at ' || station, 'by ' || inspector,
      case when verification in ('confirmed', 'rejected') then '(' || verification || ' by review)' end) as text,
    to_json({inspection: inspection, result: result, inspector: inspector, confidence: confidence, defects: defects,
      verification: verification, image: image}) as details
  from judged
), movements as (
  select m."at", 'movement' as what, null as step, null as station,
    concat_ws(' ', m.kind, o.id, coalesce(m.status, 'moved'), 'at ' || m.location) as text,
    to_json({of: o.id, status: m.status, location: m.location}) as details
  from now.movements m join of_interest o on o.item = m.id and o.kind = m.kind
), links as (
  select g.consumed_at as "at", 'consumed' as what, null as step, null as station,
    concat_ws(' ', i.kind, i.id, 'of ' || l.material, 'went into', o.kind, o.id) as text,
    to_json({parent: i.id, child: o.id, quantity: g.quantity}) as details
  from now.genealogy g
  join of_interest o on o.item = g.child
  join fact.items i on i.item = g.parent
  left join now.lots l on l.lot = g.parent
  union all
  select g.consumed_at, 'consumed', null, null,
    concat_ws(' ', o.kind, o.id, 'went into', i.kind, i.id),
    to_json({parent: o.id, child: i.id, quantity: g.quantity})
  from now.genealogy g
  join of_interest o on o.item = g.parent
  join fact.items i on i.item = g.child
), measured as (
  select m.part, m.step, m.run, m.parameter, m.value, m.measured_at, s.unit, s.lsl, s.usl,
    coalesce(m.value < s.lsl or m.value > s.usl, false) as outside
  from now.measurements m
  cross join the_parts p
  left join now.parameters s
    on s.parameter = m.parameter
    and (s.step is null or s.step = m.step)
    and (s.product is null or s.product = p.product)
    and (s.valid_from is null or s.valid_from <= coalesce(m.measured_at, p.made_at))
  where m.part = $part::integer
  -- The spec that was valid then; what is said of this product and step goes before what is said of all.
  qualify row_number() over (
    partition by m.part, m.step, m.run, m.parameter
    order by s.product is null, s.step is null, s.valid_from desc nulls last
  ) = 1
), measurements as (
  select max(measured_at) as "at", 'measurement' as what, nullif(step, '') as step, null as station,
    concat_ws(' ', count(*), 'measured,', count(*) filter (outside), 'out of spec') as text,
    to_json({run: run, measured: count(*), outside: count(*) filter (outside)}) as details
  from measured group by part, step, run
  union all
  select measured_at, 'measurement', nullif(step, ''), null,
    concat_ws(' ', parameter, value, unit, case when value < lsl then 'is below ' || lsl else 'is above ' || usl end),
    to_json({run: run, parameter: parameter, value: value, lsl: lsl, usl: usl, unit: unit})
  from measured where outside
), tallies as (
  select t."at", 'report' as what, t.step, null as station,
    concat_ws(' ', t.inspected, 'inspected,', t.rejected, 'rejected', 'for ' || t.defect) as text,
    to_json({inspected: t.inspected, rejected: t.rejected, reworked: t.reworked, defect: t.defect}) as details
  from now.tallies t where t.lot = $lot::integer
), happened as (
  select * from made
  union all select * from links
  union all select * from operations
  union all select * from measurements
  union all select * from inspections
  union all select * from tallies
  union all select * from movements
)
select "at", what, step, station, text, details::varchar as details
from happened
order by
  "at" nulls last,
  list_position(['made', 'consumed', 'operation', 'report', 'measurement', 'inspection', 'movement'], what),
  step,
  text,
  details
limit $limit
