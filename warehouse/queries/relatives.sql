-- One row per part or lot in `reached` that lies some way off, nearest first, named and described in a few words.
select
  i.kind,
  i.id,
  r.depth + $shift::integer as depth,
  case when i.kind = 'part' then concat_ws(', ', p.product, 'lot ' || pl.id) else concat_ws(', ', l.material, l.supplier) end
    as detail
from reached r
join fact.items i on i.item = r.item
left join now.parts p on p.part = r.item and i.kind = 'part'
left join fact.items pl on pl.item = p.lot
left join now.lots l on l.lot = r.item and i.kind = 'lot'
where r.depth + $shift::integer > 0
order by r.depth, i.kind, i.id
limit $limit
