import { conform } from "../conformance";
import { outputs } from "./computed";

// There is one network here, the loopback: whatever network is named, it is that.
conform("local", { outputs, only: ["network"] });
