import { everything } from "../../examples/everything";
import { journey } from "./journey";

journey({
    name: "Every component",
    program: everything,
    profile: "dev",
    settings: { "everything:token": { value: "planted-token-value", secret: true } },
});
