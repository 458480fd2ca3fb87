import type * as auth from "google-auth-library";
import { loadPackage } from "../errors";
import { type Document, type Fields, type Store, type Value } from "./firestore-values";

/**
 * Documents is the little of Firestore's REST API that entries need. Names of documents are relative.
 *
 * It is not Google's `@google-cloud/firestore`: that tries again for ten minutes where nothing answers, ends the process
 * where there are no credentials, and brings 45 MB.
 */
export interface Documents {
    /** For messages. */
    readonly name: string;
    readonly client: Client;
    get(name: string): Promise<Document | undefined>;
    commit(write: Write): Promise<void>;
    /** Those with a text in `field` from `from` to before `to`, in order, in a collection below `parent`. */
    query(parent: string, collection: string, field: string, from: string, to?: string): AsyncIterable<Document>;
}

export type Write = (
    { readonly update: { readonly name: string; readonly fields: Fields } } | { readonly delete: string }
) & {
    readonly currentDocument?: { readonly exists: boolean } | { readonly updateTime: string };
};

type Client = auth.GoogleAuth | auth.PassThroughClient;

export async function openDocuments({ project, database, endpoint }: Store): Promise<Documents> {
    const google = await loadPackage(["google-auth-library"], () => import("google-auth-library"));
    // What speaks plain HTTP is an emulator, which must get no credentials.
    const scopes = "https://www.googleapis.com/auth/datastore";
    const client = endpoint?.startsWith("http:")
        ? new google.PassThroughClient()
        : new google.GoogleAuth({ scopes, ...(project && { projectId: project }) });
    const rootOf = async () => {
        const id = project ?? (client instanceof google.GoogleAuth ? await client.getProjectId() : "emulated");
        return `projects/${id}/databases/${database}/documents`;
    };
    let root: Promise<string> | undefined;

    /** Asks for what may be asked for twice: writes say by their condition, or their version, whether they were done. */
    async function send<T>(parent: string, method: string, body: (root: string) => unknown): Promise<T> {
        const base = await (root ??= rootOf());
        const response = await client.request<T>({
            url: `${endpoint?.replace(/\/$/, "") ?? "https://firestore.googleapis.com"}/v1/${base}${parent}:${method}`,
            method: "POST",
            data: body(base),
            responseType: "json",
            timeout: 30_000,
            retry: true,
            retryConfig: RETRY,
        });
        return response.data;
    }

    return {
        name: `firestore://${database}`,
        client,

        // Not GET: its 404 may also be about the database.
        async get(name) {
            const body = (base: string) => ({ documents: [`${base}/${name}`] });
            const [{ found }] = await send<{ found?: Document }[]>("", "batchGet", body);
            return found;
        },

        async commit(write) {
            const named = (base: string) =>
                "delete" in write
                    ? { ...write, delete: `${base}/${write.delete}` }
                    : { ...write, update: { ...write.update, name: `${base}/${write.update.name}` } };
            await send("", "commit", (base) => ({ writes: [named(base)] }));
        },

        async *query(parent, collection, field, from, to) {
            for (let last: Value | undefined; ;) {
                const structuredQuery = queryOf(collection, field, from, to, last);
                const path = parent && `/${parent}`;
                const answers = await send<{ document?: Document }[]>(path, "runQuery", () => ({ structuredQuery }));
                const page = answers.flatMap(({ document }) => document ?? []);
                yield* page;
                if (page.length < PAGE) return;
                last = page[PAGE - 1].fields?.[field];
            }
        },
    };
}

const RETRY = {
    retry: 3,
    noResponseRetries: 3,
    retryDelay: 100,
    httpMethodsToRetry: ["POST"],
    statusCodesToRetry: [
        [429, 429],
        [500, 599],
    ],
};

/** Documents: each may be large, and a page is held in memory. */
const PAGE = 100;

function queryOf(collection: string, fieldPath: string, from: string, to: string | undefined, last: Value | undefined) {
    const field = { fieldPath };
    const filter = (op: string, text: string) => ({ fieldFilter: { field, op, value: { stringValue: text } } });
    const first = filter("GREATER_THAN_OR_EQUAL", from);
    return {
        from: [{ collectionId: collection }],
        where: to === undefined ? first : { compositeFilter: { op: "AND", filters: [first, filter("LESS_THAN", to)] } },
        orderBy: [{ field, direction: "ASCENDING" }],
        limit: PAGE,
        ...(last && { startAt: { values: [last], before: false } }),
    };
}
