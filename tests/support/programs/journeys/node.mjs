// A JavaScript client's journey on node: `node node.mjs MODULES STEPS SETTINGS`. MODULES is the folder that
// packages are loaded from, STEPS a file beside this one, SETTINGS a JSON with endpoint, poolId, clientId and
// region. A line with a step on stdin, its outcome as a line on stdout.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

import { outcome } from './outcome.mjs';

// Amplify confirms no device where there is none, and says nothing of it.
globalThis.navigator ??= { userAgent: 'node' };

const [modules, file, settings] = process.argv.slice(2);
const load = createRequire(modules + '/');
const { default: client } = await import(file);
const steps = client({ load, ...JSON.parse(settings) });
for await (const line of createInterface({ input: process.stdin })) {
  const { step, given } = JSON.parse(line);
  console.log(JSON.stringify(await outcome(() => steps[step](given))));
}
process.exit();
