/** npm run build: dist/, and the package that the guestbook installs, after what a fresh clone lacks. Nothing is done twice. */
import { command } from "./lib/io.mjs";
import { setUp } from "./lib/project.mjs";

await command(setUp);
