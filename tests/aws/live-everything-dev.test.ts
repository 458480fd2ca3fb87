import { everything } from "../../examples/everything";
import { awkward } from "../support/written";
import { machineImage } from "./given";
import { journey } from "./journey";

journey({
    name: "Every component",
    program: everything,
    profile: "dev",
    settings: {
        "everything:token": { value: awkward, secret: true },
        "everything:material": { value: Buffer.alloc(32, "planted").toString("base64"), secret: true },
        "everything:subscriber": "https://logs.example.com/in",
    },
    prepare: async (emulator) => ({ "everything:machineImage": await machineImage(emulator) }),
});
