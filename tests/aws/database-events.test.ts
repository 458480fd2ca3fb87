import { expect } from "chai";
import { App, Database, Metric } from "../../components";
import { account, arn } from "./lens";
import { onAws, statements } from "./program";

const email = "ops@example.com";

describe("What happens to a Database on AWS", () => {
    it("is told to those who get the stack's alarms, in whichever order the program makes them", async () => {
        const { all, inputs, names } = await onAws(() => {
            const first = new Database("first", { engine: "postgres" });
            new Metric("full", { of: first.gauge("storage"), alarms: { full: { above: 0.9, email } } });
            new Database("second", { engine: "mysql" });
            new Database("third", { engine: "postgres", size: "serverless", highAvailability: true });
        });
        const [topic] = names("Topic");
        const of = (kind: string) => inputs("EventSubscription", `${topic}-events-${kind}`);
        expect(names("EventSubscription")).to.have.length(3);
        expect(of("db-instance")).to.deep.include({
            snsTopic: arn("sns", topic),
            sourceType: "db-instance",
            sourceIds: ["first-0a1b2c3d", "second-0a1b2c3d", "third-0a1b2c3d-1", "third-0a1b2c3d-2"],
        });
        // What AWS's Security Hub asks for: RDS.19, RDS.20, RDS.21.
        expect(of("db-cluster").eventCategories).to.include.members(["maintenance", "failure"]);
        expect(of("db-cluster").sourceIds).to.deep.equal(["third-0a1b2c3d"]);
        expect(of("db-instance").eventCategories).to.include.members([
            "maintenance",
            "configuration change",
            "failure",
        ]);
        expect(of("db-parameter-group")).to.deep.include({
            sourceIds: ["first-parameters", "second-parameters"],
            eventCategories: ["configuration change"],
        });
        const lets = (type: string, name: string) =>
            statements(inputs(type, name).policy).find(({ Sid }) => Sid === "DatabaseEvents");
        expect(lets("TopicPolicy", `${topic}-policy`)).to.deep.include({
            Principal: { Service: "events.rds.amazonaws.com" },
            Action: "sns:Publish",
            Condition: { StringEquals: { "aws:SourceAccount": account } },
        });
        expect(lets("Key", "stack-key")).to.deep.include({ Principal: { Service: "events.rds.amazonaws.com" } });
        expect(all.filter(({ name }) => name.startsWith("stack-database"))).to.deep.equal([]);
    });

    it("is told of the databases of an App with alarms, and to nobody where nobody is named", async () => {
        const declared = { databases: { db: { engine: "postgres" as const } } };
        const told = await onAws(() => void new App("shop", { ...declared, alarms: { email } }));
        expect(told.names("EventSubscription")).to.have.length(2);
        const untold = await onAws(() => void new App("shop", declared));
        expect(untold.names("EventSubscription")).to.deep.equal([]);
        const without = await onAws(() => void new Metric("orders", { alarms: { few: { below: 1, email } } }));
        expect(without.names("EventSubscription")).to.deep.equal([]);
    });
});
