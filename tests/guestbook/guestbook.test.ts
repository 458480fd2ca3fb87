import { expect } from "chai";
import { dirname, join } from "node:path";

interface Entry {
    id: string;
    name: string;
    message: string;
    picture: string | null;
    createdAt: Date;
    words: number | null;
}
interface Parts {
    page(given: {
        title: string;
        entries: Entry[];
        more: boolean;
        visits?: number;
        given?: Record<string, string>;
        faults?: Record<string, string>;
    }): string;
    faults(entry: { name?: unknown; message?: unknown }): Record<string, string>;
    judge(message: string): { words: number; held: boolean };
}

describe("The guestbook's own code", () => {
    let app: Parts;
    const nasty = `<script>alert("1")</script> & 'x'`;
    const shown = { title: "Guestbook", entries: [], more: false };

    before(async () => {
        const lib = join(dirname(dirname(__dirname)), "examples", "guestbook", "lib");
        const load = (name: string) => import(join(lib, name)) as Promise<Parts>;
        const [page, entries, reading] = await Promise.all(["page.js", "entries.js", "reading.js"].map(load));
        app = { page: page!.page, faults: entries!.faults, judge: reading!.judge };
    });

    it("escapes what guests wrote, wherever it stands", () => {
        const entry = { id: "1", name: nasty, message: nasty, picture: null, createdAt: new Date(0), words: 2 };
        const text = app.page({ ...shown, title: nasty, entries: [entry], given: { name: nasty, message: nasty } });
        expect(text).to.not.include("<script").and.not.include(`alert("1")`);
        expect(text.split("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;").length - 1).to.equal(
            6,
        );
    });

    it("ties each fault to its field, for who cannot see it", () => {
        const text = app.page({ ...shown, given: { name: "Ada" }, faults: { message: "Please write a message." } });
        expect(text)
            .to.match(/role="alert"/)
            .and.match(/<textarea [^>]*aria-describedby="message-fault" aria-invalid="true"/);
        expect(text).to.include(`value="Ada"`).and.include("<title>Please check · Guestbook</title>");
        expect(text).to.not.match(/<input id="name"[^>]*aria-invalid/);
    });

    it("has a label for each control, and leads to older entries only when there are some", () => {
        const entry = { id: "7", name: "Ada", message: "Hello", picture: "p.png", createdAt: new Date(0), words: 1 };
        const text = app.page({ ...shown, entries: [entry], more: true, visits: 1234 });
        for (const name of ["name", "message", "picture"]) {
            expect(text)
                .to.include(`<label for="${name}">`)
                .and.match(new RegExp(`id="${name}"\\s+name="${name}"`));
        }
        expect(text).to.include(`href="/?before=7"`).and.include("<strong>1,234</strong>").and.include("1 word");
        expect(text).to.include(`alt="Picture by Ada"`);
        expect(app.page({ ...shown, entries: [entry] })).to.not.include("Older entries");
    });

    it("takes an entry up to its limits, and says what is wrong with another", () => {
        expect(app.faults({ name: "a".repeat(60), message: "b".repeat(1000) })).to.deep.equal({});
        expect(app.faults({ name: "a".repeat(61), message: "b".repeat(1001) })).to.have.all.keys("name", "message");
        expect(app.faults({ name: " ", message: 5 })).to.deep.equal({
            name: "Please give a name.",
            message: "Please write a message.",
        });
    });

    it("counts words of any script, and holds back what has more than two links", () => {
        expect(app.judge("Zwei Wörter")).to.deep.equal({ words: 2, held: false });
        expect(app.judge("It's a well-kept place — 5 stars!")).to.deep.equal({ words: 6, held: false });
        expect(app.judge("http://a HTTPS://b").held).to.equal(false);
        expect(app.judge("http://a https://b http://c").held).to.equal(true);
    });
});
