import { expect } from "chai";
import * as os from "node:os";
import * as path from "node:path";
import { homeOfPulumi } from "../../providers/local/resource";

describe("where the engine looks for the provider", () => {
    const { HOME, PULUMI_HOME } = process.env;
    afterEach(() => {
        for (const [name, value] of Object.entries({ HOME, PULUMI_HOME }))
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
    });

    it("is the account's home, also where $HOME is another folder, as in some containers", () => {
        delete process.env.PULUMI_HOME;
        process.env.HOME = "/elsewhere";
        expect(os.homedir()).to.equal("/elsewhere");
        expect(homeOfPulumi()).to.equal(path.join(os.userInfo().homedir, ".pulumi"));
    });

    it("is $PULUMI_HOME where that is set", () => {
        process.env.PULUMI_HOME = "/its/own";
        expect(homeOfPulumi()).to.equal("/its/own");
    });
});
