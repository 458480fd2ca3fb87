import { tryWholes } from "../support/whole";
import { Emulator, missing } from "./emulator";

const absent = missing();

if (absent) describe("GCP with the real provider", () => it(`is not tried here: there is ${absent}`));
else
    describe("GCP with the real provider", function () {
        this.timeout(1_800_000);
        tryWholes(() => Emulator.start());
    });
