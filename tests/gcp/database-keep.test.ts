import { expect } from "chai";
import { keepAdmin, keepToken, keepUser } from "../../providers/gcp/database-keep";
import { type Ask, Refusal } from "../../providers/gcp/google-api";

const secrets = { password: "projects/p/secrets/password", url: "projects/p/secrets/url" };
const urlOf = (password: string) => `x://app:${password}@host`;
const server = "projects/p/instances/db";
const valkey = "projects/p/locations/l/instances/db";

describe("The passwords of a database on GCP", () => {
    it("are made up once, and the URL is written last", async () => {
        const google = new Google();
        const first = await keepUser(google.ask, secrets, urlOf);
        expect(first).to.deep.equal({ password: `${secrets.password}/versions/1`, url: `${secrets.url}/versions/1` });
        const [password, url] = google.written;
        expect(password).to.match(/^projects\/p\/secrets\/password [0-9a-f]{60}$/);
        expect(url).to.equal(`${secrets.url} ${urlOf(password.split(" ")[1])}`);
        expect(await keepUser(google.ask, secrets, urlOf)).to.deep.equal(first);
        expect(google.written).to.have.length(2);
    });

    it("are made up again when only one of the two was written", async () => {
        const google = new Google({ [secrets.password]: ["old"] });
        expect(await keepUser(google.ask, secrets, urlOf)).to.deep.equal({
            password: `${secrets.password}/versions/2`,
            url: `${secrets.url}/versions/1`,
        });
    });

    it("of the administrator are Google's first, and whether it was there or not", async () => {
        for (const there of [[], [{ name: "keeper", host: "%" }]]) {
            const google = new Google({}, there);
            const admin = { instance: server, user: "keeper", secret: "projects/p/secrets/keeper" };
            expect(await keepAdmin(google.ask, admin, 0)).to.equal(`${admin.secret}/versions/1`);
            const asked = google.asked.filter((one) => one.includes("/users"));
            expect(asked.at(-1)).to.equal(
                there.length ? `PUT ${server}/users?name=keeper&host=%25` : `POST ${server}/users`,
            );
            expect(google.asked).to.include("GET projects/p/operations/op");
            expect(google.asked.at(-1)).to.equal(`POST ${admin.secret}:addVersion`);
            expect(google.passwords).to.deep.equal([google.written[0].split(" ")[1]]);
            await keepAdmin(google.ask, admin, 0);
            expect(google.written).to.have.length(1);
        }
    });

    it("of a Valkey are tokens which Google makes", async () => {
        const google = new Google();
        const kept = await keepToken(google.ask, { instance: valkey, user: "app", secrets }, urlOf, 0);
        expect(kept.url).to.equal(`${secrets.url}/versions/1`);
        expect(google.written).to.deep.equal([`${secrets.password} t0ken`, `${secrets.url} ${urlOf("t0ken")}`]);
        expect(google.asked).to.include.members([
            `POST ${valkey}:addTokenAuthUser`,
            `POST ${valkey}/tokenAuthUsers/app:addAuthToken`,
        ]);
        google.asked.length = 0;
        await keepToken(google.ask, { instance: valkey, user: "app", secrets }, urlOf, 0);
        expect(google.asked.every((one) => one.startsWith("GET"))).to.equal(true);
    });

    it("fail with Google's reason, and are not kept then", async () => {
        const google = new Google({}, [], "the server is being repaired");
        const admin = { instance: server, user: "keeper", secret: "projects/p/secrets/keeper" };
        const failed = await keepAdmin(google.ask, admin, 0).then(() => "", String);
        expect(failed).to.include("the server is being repaired").and.include("pulumi up");
        expect(google.written).to.deep.equal([]);
    });
});

/** What is asked of Google, and what it would answer. */
class Google {
    readonly asked: string[] = [];
    readonly written: string[] = [];
    readonly passwords: string[] = [];
    private tokens: { name: string; token: string }[] | undefined;

    constructor(
        private readonly versions: Record<string, string[]> = {},
        private readonly users: readonly object[] = [],
        private readonly failure?: string,
    ) {}

    readonly ask: Ask = (_, method, path, body) => {
        this.asked.push(`${method} ${path}`);
        return Promise.resolve().then(() => this.answer(method, path, body as Record<string, never>));
    };

    private answer(method: string, path: string, body: Record<string, never>): unknown {
        const [secret, how] = path.split(/(?<=secrets\/\w+)[:/]/);
        if (how?.startsWith("versions?")) {
            const all = this.versions[secret] ?? [];
            return all.length ? { versions: all.map((_, index) => ({ name: `${secret}/versions/${index + 1}` })) } : {};
        }
        if (how === "addVersion") {
            const text = Buffer.from((body.payload as { data: string }).data, "base64").toString();
            this.written.push(`${secret} ${text}`);
            const all = (this.versions[secret] ??= []);
            return { name: `${secret}/versions/${all.push(text)}` };
        }
        if (path.endsWith("/users") && method === "GET") return { items: this.users };
        if (path.includes("/users")) {
            this.passwords.push(body.password);
            return { name: "op", status: "PENDING" };
        }
        if (path.includes("/operations/")) {
            const error = this.failure && { errors: [{ message: this.failure }] };
            return { name: "op", status: "DONE", error };
        }
        if (path.endsWith(":addTokenAuthUser")) this.tokens = [];
        if (path.endsWith(":addAuthToken")) this.tokens!.push({ name: `${path}/1`, token: "t0ken" });
        if (method === "POST") return { name: "operations/1", done: true };
        if (!this.tokens) throw new Refusal(`GET ${path}`, 404, "no such user");
        return path.endsWith("/authTokens") ? { authTokens: this.tokens } : {};
    }
}
