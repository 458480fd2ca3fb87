/** How the worker reads entries. */

const mostLinks = 2;

/**
 * Reads the oldest unread entry. Of several workers each takes another: a row which one holds is passed over by the rest.
 * @returns false when there is none
 */
export async function readNext(pool) {
    const client = await pool.connect();
    try {
        await client.query("begin");
        const { rows } = await client.query(
            "select id, message from entries where words is null order by id limit 1 for update skip locked",
        );
        if (rows.length > 0) {
            const { words, held } = judge(rows[0].message);
            await client.query("update entries set words = $2, held = $3 where id = $1", [rows[0].id, words, held]);
        }
        await client.query("commit");
        client.release();
        return rows.length > 0;
    } catch (error) {
        client.release(true); // closing the connection rolls back
        throw error;
    }
}

/** A message with many links is advertising, mostly: it is kept, and not shown. */
export function judge(message) {
    const words = message.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
    const links = message.match(/https?:\/\//gi)?.length ?? 0;
    return { words, held: links > mostLinks };
}
