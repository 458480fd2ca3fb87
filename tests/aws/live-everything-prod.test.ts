import { everything } from "../../examples/everything";
import { awkward } from "../support/written";
import { backup, certificate, zone } from "./given";
import { journey } from "./journey";

const domain = "shop.example.com";

journey({
    name: "Every component",
    program: everything,
    profile: "prod",
    settings: {
        "everything:token": { value: awkward, secret: true },
        "everything:domain": domain,
    },
    prepare: async (emulator) => {
        await zone(emulator, "example.com");
        return {
            "everything:certificate": await certificate(emulator, domain),
            "everything:restoreFrom": await backup(emulator, "older"),
        };
    },
});
