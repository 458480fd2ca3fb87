import type { Cloud } from "../../components/cloud";
import { checks } from "./checks";
import { children, stack } from "./children";
import { shown } from "./dashboard";
import { drivers } from "./drivers";
import { lacks } from "./lacks";

/** Amazon Web Services, through Pulumi's own provider for it. */
export const cloud: Cloud = {
    name: "aws",
    drivers: shown(drivers),
    lacks,
    checks,
    children,
    stack,
};
