/** Writes digest/<day>.json: what today's guests wrote, in numbers. The same entries give the same digest. */
export async function writeDigest(pool, uploads, now = new Date()) {
    const day = now.toISOString().slice(0, 10);
    const digest = { day, ...(await countDay(pool, day)) };
    await uploads.put(`digest/${day}.json`, Buffer.from(`${JSON.stringify(digest, null, 2)}\n`), {
        contentType: "application/json",
    });
    return digest;
}

/** The numbers of one day, in UTC. */
export async function countDay(pool, day) {
    const { rows } = await pool.query(
        `select count(*)::int as entries, count(distinct name)::int as guests, count(picture)::int as pictures,
                coalesce(sum(words), 0)::int as words, (count(*) filter (where held))::int as held
         from entries
         where created_at >= $1::date::timestamp at time zone 'UTC' and created_at < ($1::date + 1)::timestamp at time zone 'UTC'`,
        [day],
    );
    return rows[0];
}
