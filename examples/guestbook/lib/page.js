/** The page, as HTML. Whatever comes from a guest goes through {@link html}, which escapes it. */
import { limits } from "./entries.js";

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

class Safe {
    constructor(text) {
        this.text = text;
    }
}

/** A template whose values are escaped, but for those that are HTML already; lists are joined, and nothing is for undefined and false. */
export function html(parts, ...values) {
    const show = (value) => {
        if (value instanceof Safe) return value.text;
        if (Array.isArray(value)) return value.map(show).join("");
        if (value === undefined || value === null || value === false) return "";
        return String(value).replace(/[&<>"']/g, (sign) => escapes[sign]);
    };
    return new Safe(parts.reduce((text, part, i) => text + show(values[i - 1]) + part));
}

/**
 * @param title what this guestbook is called
 * @param entries the entries, newest first
 * @param more is there an older one?
 * @param visits how often the page was seen; undefined if it cannot be told
 * @param given what the guest has typed, when it is shown again with `faults`
 */
export function page({ title, entries, more, visits, given = {}, faults = {} }) {
    const faulty = Object.keys(faults).length > 0;
    return html`<!doctype html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>${faulty && "Please check · "}${title}</title>
                <link rel="stylesheet" href="/style.css" />
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
            </head>
            <body>
                <header>
                    <h1>${title}</h1>
                    <p>Leave a word, and a picture if you like.</p>
                </header>
                <main>
                    <form method="post" action="/" enctype="multipart/form-data" aria-label="New entry">
                        ${faulty && html`<p class="alert" role="alert">Nothing was saved: please check the marked ${Object.keys(faults).length > 1 ? "fields" : "field"}.</p>`}
                        ${field({ name: "name", label: "Your name", fault: faults.name }, (same) => html`<input ${same} type="text" required maxlength="${limits.name}" autocomplete="name" value="${given.name}" />`)}
                        ${field(
                            { name: "message", label: "Message", fault: faults.message },
                            (same) =>
                                html`<textarea ${same} required maxlength="${limits.message}" rows="4">
${given.message}</textarea>`,
                        )}
                        ${field({ name: "picture", label: "Picture", hint: "Optional. PNG, JPEG, GIF or WebP, 5 MB at most.", fault: faults.picture }, (same) => html`<input ${same} type="file" accept="image/png,image/jpeg,image/gif,image/webp" />`)}
                        <button type="submit">Sign the guestbook</button>
                    </form>
                    <section aria-labelledby="entries">
                        <h2 id="entries">Entries</h2>
                        ${
                            entries.length === 0
                                ? html`<p class="empty">Nobody has signed yet. Be the first!</p>`
                                : html`<ol class="entries">
                                      ${entries.map(entry)}
                                  </ol>`
                        }
                        ${more && html`<p><a href="/?before=${entries.at(-1).id}">Older entries</a></p>`}
                    </section>
                </main>
                <footer>
                    <p>
                        ${visits === undefined ? "Thank you for your visit." : html`Visits: <strong>${visits.toLocaleString("en")}</strong>`}
                    </p>
                </footer>
            </body>
        </html> `.text;
}

/** A labelled control; `control` gets the attributes that every control has. */
function field({ name, label, hint, fault }, control) {
    const described = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(" ");
    const same = html`id="${name}"
    name="${name}"${described && html` aria-describedby="${described}"`}${fault && html` aria-invalid="true"`}`;
    return html`<div class="field">
        <label for="${name}">${label}</label>
        ${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
        ${fault && html`<p class="fault" id="${name}-fault">${fault}</p>`} ${control(same)}
    </div>`;
}

function entry({ id, name, message, picture, createdAt, words }) {
    const when = createdAt.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
    return html`<li>
        <article id="entry-${id}" aria-labelledby="by-${id}">
            <h3 id="by-${id}">${name}</h3>
            <p class="when">
                <time datetime="${createdAt.toISOString()}">${when} UTC</time
                >${words !== null && html` · ${words} ${words === 1 ? "word" : "words"}`}
            </p>
            <p class="message">${message}</p>
            ${picture && html`<img src="/pictures/${picture}" alt="Picture by ${name}" loading="lazy" />`}
        </article>
    </li>`;
}
