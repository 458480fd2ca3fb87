import { expect } from "chai";
import {
    CloudWatchLogsClient,
    DescribeLogStreamsCommand,
    FilterLogEventsCommand,
    type FilterLogEventsCommandInput,
    GetLogEventsCommand,
    paginateFilterLogEvents,
    StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { identityOf } from "../../agent/container/program";
import { Whole } from "../agent/whole";

const logGroupName = "book";
/** Of the first line: a millisecond ago or more, each of the others has the same or a later one. */
const began = Date.now() - 60_000;

describe("a log, read by CloudWatch Logs' client", function () {
    this.timeout(30_000);
    let whole: Whole;
    let logs: CloudWatchLogsClient;
    const clients: CloudWatchLogsClient[] = [];

    async function client(owner: string, access: string[], wrong = ""): Promise<CloudWatchLogsClient> {
        const env = await identityOf(whole.host, owner, [{ kind: "Log", id: "book", access }]);
        const made = new CloudWatchLogsClient({
            // What the client reads of these variables by itself is tried in a real container: see tests/local/live.
            endpoint: env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ?? endpoint,
            region: env.AWS_REGION,
            maxAttempts: 1,
            credentials: {
                accessKeyId: env.AWS_ACCESS_KEY_ID,
                secretAccessKey: env.AWS_SECRET_ACCESS_KEY + wrong,
            },
        });
        clients.push(made);
        return made;
    }
    let endpoint: string;

    before(async () => {
        whole = new Whole();
        await whole.apply("Log", "book", { name: "book", retentionDays: 7, forceDestroy: true });
        await whole.apply("Log", "other", { name: "other", retentionDays: 7, forceDestroy: true });
        for (let n = 0; n < 25; n++)
            whole.host.logs.append("book", {
                time: began + Math.floor(n / 3),
                source: n % 5 === 4 ? "web/2" : "web/1",
                stream: "stdout",
                text: `line ${n} ${n % 2 ? "odd" : "even"}`,
            });
        whole.host.logs.append("other", { time: began, source: "x/1", stream: "stdout", text: "not for everybody" });
        const env = await identityOf(whole.host, "Container/less", [{ kind: "Log", id: "book", access: ["read"] }]);
        endpoint = env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS;
        expect(env).to.not.have.property("OTEL_EXPORTER_OTLP_ENDPOINT");
        logs = await client("Container/less", ["read"]);
    });
    after(async () => {
        clients.forEach((each) => each.destroy());
        await whole.end();
    });

    const found = async (more: Partial<FilterLogEventsCommandInput> = {}) =>
        (await logs.send(new FilterLogEventsCommand({ logGroupName, ...more }))).events!;
    const numbers = (events: { message?: string }[]) => events.map(({ message }) => Number(message?.split(" ")[1]));
    const all = Array.from({ length: 25 }, (_, n) => n);
    const nameOf = (task: Promise<unknown>) =>
        task.then(
            () => "done",
            (error: Error) => error.name,
        );

    it("gives all lines, oldest first, with their streams, by a name or an ARN", async () => {
        const events = await found();
        expect(numbers(events)).to.deep.equal(all);
        expect(events[4]).to.deep.include({ logStreamName: "web/2", timestamp: began + 1, message: "line 4 even" });
        expect(new Set(events.map(({ eventId }) => eventId)).size).to.equal(25);
        const logGroupIdentifier = "arn:aws:logs:local:000000000000:log-group:book";
        expect(await found({ logGroupName: undefined, logGroupIdentifier })).to.have.length(25);
    });

    it("finds by time, stream and text", async () => {
        expect(numbers(await found({ startTime: began + 1, endTime: began + 2 }))).to.deep.equal([3, 4, 5, 6, 7, 8]);
        expect(numbers(await found({ logStreamNames: ["web/2"] }))).to.deep.equal([4, 9, 14, 19, 24]);
        expect(await found({ logStreamNames: ["web"] })).to.deep.equal([]);
        expect(await found({ logStreamNamePrefix: "web/" })).to.have.length(25);
        expect(numbers(await found({ filterPattern: "line odd -1" }))).to.deep.equal([3, 5, 7, 9, 23]);
        expect(numbers(await found({ filterPattern: '"line 2 " ' }))).to.deep.equal([2]);
        expect(numbers(await found({ filterPattern: "?24 ?23" }))).to.deep.equal([23, 24]);
        expect(await nameOf(found({ filterPattern: "{ $.a = 1 }" }))).to.equal("InvalidParameterException");
        expect(await nameOf(found({ limit: 0 }))).to.equal("InvalidParameterException");
    });

    it("gives pages, each line once", async () => {
        for (const limit of [1, 2, 4, 7]) {
            const seen: number[] = [];
            const ids = new Set<string | undefined>();
            let pages = 0;
            for await (const { events } of paginateFilterLogEvents({ client: logs }, { logGroupName, limit })) {
                seen.push(...numbers(events!));
                events!.forEach(({ eventId }) => ids.add(eventId));
                pages++;
            }
            expect(seen, `by ${limit}`).to.deep.equal(all);
            expect(ids.size).to.equal(25);
            expect(pages).to.equal(Math.ceil(25 / limit));
        }
        expect(await nameOf(found({ nextToken: "nonsense" }))).to.equal("InvalidParameterException");
    });

    it("gives one stream from its end or its head, and on from there in both directions", async () => {
        const of = all.filter((n) => n % 5 !== 4);
        const get = async (nextToken?: string, startFromHead?: boolean) =>
            logs.send(
                new GetLogEventsCommand({ logGroupName, logStreamName: "web/1", limit: 6, nextToken, startFromHead }),
            );
        const last = await get();
        expect(numbers(last.events!)).to.deep.equal(of.slice(-6));
        const back = await get(last.nextBackwardToken);
        expect(numbers(back.events!)).to.deep.equal(of.slice(-12, -6));
        const seen: number[] = [];
        for (let token: string | undefined, page = await get(undefined, true); ; page = await get(token)) {
            seen.push(...numbers(page.events!));
            if (page.nextForwardToken === token) break;
            token = page.nextForwardToken;
        }
        expect(seen).to.deep.equal(of);
    });

    it("says which streams there are", async () => {
        const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
        expect(logStreams).to.deep.equal([
            { logStreamName: "web/1", firstEventTimestamp: began, lastEventTimestamp: began + 7 },
            { logStreamName: "web/2", firstEventTimestamp: began + 1, lastEventTimestamp: began + 8 },
        ]);
    });

    it("is for those with a link to read it, and for nobody else", async () => {
        const asks = (who: CloudWatchLogsClient, name = logGroupName) =>
            nameOf(who.send(new FilterLogEventsCommand({ logGroupName: name })));
        expect(await asks(logs)).to.equal("done");
        expect(await asks(logs, "other")).to.equal("AccessDeniedException");
        expect(await asks(logs, "none")).to.equal("AccessDeniedException");
        expect(await asks(await client("Container/writes", ["write"]))).to.equal("AccessDeniedException");
        expect(await asks(await client("Container/less", ["read"], "x"))).to.equal("InvalidSignatureException");
        const query = { queryString: "fields @message", startTime: 0, endTime: 1, logGroupName };
        expect(await nameOf(logs.send(new StartQueryCommand(query)))).to.equal("UnknownOperationException");
    });
});
