-- One row per image of $images that inspections name: when it was taken last, how it was judged, whether something keeps it.
select
  i.image,
  epoch_ms(max(i.inspected_at)) as "takenMs",
  bool_or(i.result <> 'pass') as "isFail",
  bool_or(
    coalesce(i.verification, 'unverified') <> 'unverified'
    or i.inspection in (select inspection from reviews where verdict <> 'withdrawn')
  ) as "isReviewed",
  bool_or(
    coalesce(p.lot in (select unnest($lots::varchar[])), false) or i.part in (select unnest($parts::varchar[]))
  ) as "isHeld"
from inspections i
left join parts p on p.part = i.part
where i.image in (select unnest($images::varchar[]))
group by i.image
order by i.image
