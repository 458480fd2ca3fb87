import { writeFileSync } from "node:fs";
import { type MochaOptions, reporters, Runner } from "mocha";

/** Mocha's own report on the terminal, and how it ended in the file MVI_PROOF_REPORT. */
class Reporter extends reporters.Spec {
    constructor(runner: Runner, options: MochaOptions) {
        super(runner, options);
        const ended = { passing: 0, pending: [] as string[], failing: [] as string[] };
        const { EVENT_TEST_PASS, EVENT_TEST_PENDING, EVENT_TEST_FAIL, EVENT_RUN_END } = Runner.constants;
        runner
            .on(EVENT_TEST_PASS, () => void ended.passing++)
            .on(EVENT_TEST_PENDING, (test) => void ended.pending.push(test.fullTitle()))
            .on(EVENT_TEST_FAIL, (test) => void ended.failing.push(test.fullTitle()))
            .once(EVENT_RUN_END, () => writeFileSync(process.env.MVI_PROOF_REPORT!, JSON.stringify(ended)));
    }
}

// As Mocha asks for it.
export = Reporter;
