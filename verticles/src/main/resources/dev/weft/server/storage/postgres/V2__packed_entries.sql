-- Consecutive entries may be one row: its position is that of the last of them, its blob a block of all, and these say how many
-- they are and how many bytes their blobs have together. A row with neither is an entry as it was appended.
alter table weft_entry add column packed integer, add column unpacked_bytes bigint;
