-- one row a part, with a struct and a list
select 'P1' as part, {'product': 'A', 'lot': 'L1'} as about, ['x', 'y'] as tags
