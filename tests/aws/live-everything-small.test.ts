import { everything } from "../../examples/everything";
import { awkward } from "../support/written";
import { network, zone } from "./given";
import { journey } from "./journey";

journey({
    name: "Every component",
    program: everything,
    profile: "small",
    settings: {
        "everything:token": { value: awkward, secret: true },
        "everything:imageReference": `ghcr.io/example/app@sha256:${"0".repeat(64)}`,
        "everything:domain": "shop.example.com",
    },
    prepare: async (emulator) => {
        await zone(emulator, "example.com");
        return { "everything:existingNetwork": await network(emulator) };
    },
});
