/** npm run build: dist/, and the package that the guestbook installs. Nothing is done twice. */
import { command } from "./lib/io.mjs";
import { build, vendor } from "./lib/project.mjs";

await command(async () => {
    await build();
    await vendor();
});
