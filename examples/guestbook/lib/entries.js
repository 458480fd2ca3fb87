/** The guests' entries in the database. */

export const limits = { name: 60, message: 1_000 };

const columns = `id::text, name, message, picture, created_at as "createdAt", words`;

/** What is wrong with an entry, by field: an empty object if nothing is. */
export function faults({ name, message }) {
    const found = {};
    if (typeof name !== "string" || name.trim() === "") found.name = "Please give a name.";
    else if (name.trim().length > limits.name) found.name = `A name has ${limits.name} characters at most.`;
    if (typeof message !== "string" || message.trim() === "") found.message = "Please write a message.";
    else if (message.trim().length > limits.message)
        found.message = `A message has ${limits.message} characters at most.`;
    return found;
}

/** Adds an entry, and tells the worker. PostgreSQL's text cannot hold a NUL. */
export async function add(pool, { name, message, picture = null }) {
    const clean = (text) => text.trim().replaceAll("\0", "").replaceAll("\r\n", "\n");
    const { rows } = await pool.query(
        `with added as (insert into entries (name, message, picture) values ($1, $2, $3) returning *),
              told as (select pg_notify('entries', id::text) from added)
         select ${columns} from added, told`,
        [clean(name), clean(message), picture],
    );
    return rows[0];
}

/** The newest first; those before the entry `before`, if it is given. */
export async function list(pool, { limit = 20, before } = {}) {
    const { rows } = await pool.query(
        `select ${columns} from entries where not held and ($2::bigint is null or id < $2) order by entries.id desc limit $1`,
        [limit, before ?? null],
    );
    return rows;
}

/** May the picture be shown: does an entry that is not held have it? */
export async function shows(pool, picture) {
    const { rowCount } = await pool.query("select 1 from entries where picture = $1 and not held", [picture]);
    return rowCount > 0;
}
