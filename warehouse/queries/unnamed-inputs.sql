-- One row per pair of materials: lots made while lots of a suspect material were in use that name no lot of it, though most of their fellows do.
with links as (
  select p.lot as parent, p.material as input, c.lot as child, c.material, c.made_at
  from now.genealogy g
  join now.lots p on p.lot = g.parent
  join now.lots c on c.lot = g.child
), suspect_inputs as (
  select l.material as input, min(l.made_at) as made_from
  from now.lots l semi join suspect_lots s on s.lot = l.lot
  group by l.material
), in_use as (
  select i.input, coalesce(i.made_from, min(k.made_at)) as used_from, max(k.made_at) as used_to
  from suspect_inputs i
  join links k on k.input = i.input
  semi join suspect_lots s on s.lot = k.parent
  group by i.input, i.made_from
), named as (
  select input, material, count(distinct child) as lots from links group by input, material
), usual as (
  select n.input, n.material
  from named n
  join (select material, count(*) as lots from now.lots group by material) a on a.material = n.material
  where n.lots >= 0.5 * a.lots
)
select
  u.input,
  u.material,
  count(distinct l.lot) as lots,
  count(p.part) as parts
from usual u
join in_use t on t.input = u.input
join now.lots l on l.material = u.material
left join now.parts p on p.lot = l.lot
where not exists (select 1 from links k where k.child = l.lot and k.input = u.input)
  and not exists (select 1 from suspect_lots s where s.lot = l.lot)
  and (l.made_at is null or (coalesce(l.made_at >= t.used_from, true) and coalesce(l.made_at <= t.used_to, true)))
group by u.input, u.material
order by u.input, u.material
