import * as projects from "@pulumi/gcp/projects";
import * as sql from "@pulumi/gcp/sql";
import * as pulumi from "@pulumi/pulumi";
import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import "../../providers/gcp/types";
import { Container, Database, Network } from "../../components";
import { steps, stopAtFailure } from "../support/engine";
import { Emulator, missing, project } from "./emulator";

const image = `us-docker.pkg.dev/cloudrun/container/hello@sha256:${"a".repeat(64)}`;

function program() {
    const network = new Network("own", { existing: "shared" });
    const db = new Database("db", { engine: "postgres", network });
    new Container("web", { image, port: 8080, network, uses: [db.readOnly()] });
    // A person, as the README says it.
    new sql.User(
        "ann",
        { instance: db.id, name: "ann@example.com", type: "CLOUD_IAM_USER", databaseRoles: ["reader"] },
        { dependsOn: db.nodes.gcp!.userMade!.reader },
    );
    new projects.IAMMember("ann", {
        project,
        role: "roles/cloudsql.instanceUser",
        member: "user:ann@example.com",
        condition: {
            title: "db",
            expression: pulumi.interpolate`resource.name == "projects/${project}/instances/${db.id}"`,
        },
    });
    return { db: db.id, host: db.host };
}

const absent = missing();
if (absent) describe("Databases by a peering on GCP", () => it(`are not tried here: there is ${absent}`));
else
    describe("Databases by a peering, on GCP with the real provider", function () {
        this.timeout(1_800_000);
        stopAtFailure();
        const networks = `/compute/compute/v1/projects/${project}`;
        let emulator: Emulator;
        let stack: auto.Stack;
        let existing: string[];

        before(async () => {
            emulator = await Emulator.start();
            for (const api of ["compute", "servicenetworking"])
                await emulator.ask(
                    "POST",
                    `/serviceusage/v1/projects/${project}/services/${api}.googleapis.com:enable`,
                    {},
                );
            await emulator.ask("POST", `${networks}/global/networks`, { name: "shared", autoCreateSubnetworks: false });
            await emulator.ask("POST", `${networks}/regions/europe-west3/subnetworks`, {
                name: "runs",
                network: `projects/${project}/global/networks/shared`,
                ipCidrRange: "10.1.0.0/20",
                region: "europe-west3",
            });
            stack = await emulator.stack("peering", () => Promise.resolve(program()), {
                "mvi:gcpDatabases": "peering",
            });
        });
        after(() => emulator?.close());

        it("a network without the connection: nothing is made, and the message has the commands", async () => {
            const error = await stack.preview().then(
                () => undefined,
                (thrown: Error) => thrown,
            );
            expect(error?.message).to.include("gcloud services vpc-peerings connect");
        });

        it("with it: made, and the next preview has no change", async () => {
            await emulator.ask("POST", `${networks}/global/addresses`, {
                name: "shared-databases",
                purpose: "VPC_PEERING",
                addressType: "INTERNAL",
                prefixLength: 20,
                network: `projects/${project}/global/networks/shared`,
            });
            await emulator.ask("POST", "/servicenetworking/v1/services/servicenetworking.googleapis.com/connections", {
                network: `projects/${project}/global/networks/shared`,
                reservedPeeringRanges: ["shared-databases"],
            });
            existing = await emulator.existing();
            await stack.up();
            expect(await steps((onEvent) => stack.preview({ onEvent }))).to.deep.equal([]);
            expect(
                await steps((onEvent) => stack.preview({ onEvent, refresh: true } as auto.PreviewOptions)),
            ).to.deep.equal([]);
        });

        it("an endpoint in its place: the same database, with all its data", async () => {
            const { db } = await stack.outputs();
            await stack.setConfig("mvi:gcpDatabases", { value: "endpoint" });
            const done = await steps((onEvent) => stack.up({ onEvent }));
            expect(done.filter((step) => / db$/.test(step))).to.deep.equal(["update db"]);
            expect((await stack.outputs()).db).to.deep.equal(db);
            expect(await steps((onEvent) => stack.preview({ onEvent }))).to.deep.equal([]);
        });

        it("leaves what it found, and nothing was refused", async () => {
            await stack.destroy();
            expect(await emulator.existing()).to.deep.equal(existing);
            expect(await emulator.refused()).to.deep.equal([]);
        });
    });
