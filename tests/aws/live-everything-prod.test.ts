import { everything } from "../../examples/everything";
import { journey } from "./journey";

journey({
    name: "Every component",
    program: everything,
    profile: "prod",
    settings: { "everything:token": { value: "planted-token-value", secret: true } },
});
