-- Since when a category is as it is: programs ask whether what they remember still holds.

alter table cases.category add column changed_at timestamptz not null default now();
