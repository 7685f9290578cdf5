// The verifier of a device as the JavaScript clients make it, timed by themselves.
//
//     node javascript.mjs MODULES PACKAGE DEVICE_GROUP_KEY DEVICE_KEY ROUNDS
//
// prints one line of JSON: microseconds of each round, and what the last one made.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [modules, name, groupKey, key, rounds] = process.argv.slice(2);
const require = createRequire(modules + '/');

async function identityJs() {
  const { AuthenticationHelper } = require('amazon-cognito-identity-js');
  const helper = new AuthenticationHelper('pool');
  return {
    helper,
    run: () => new Promise((resolve, reject) => {
      helper.generateHashDevice(groupKey, key, (error) => (error ? reject(error) : resolve()));
    }),
    salt: () => helper.getSaltDevices(),
  };
}

async function amplify() {
  // The package exports its functions for apps only.
  const folder = join(modules, 'node_modules/@aws-amplify/auth/dist/cjs/providers/cognito/utils/srp');
  const { getAuthenticationHelper } = require(join(folder, 'getAuthenticationHelper.js'));
  const helper = await getAuthenticationHelper('pool');
  return {
    helper,
    run: () => helper.generateHashDevice(groupKey, key),
    salt: () => helper.getSaltToHashDevices(),
  };
}

const { helper, run, salt } = await { 'amazon-cognito-identity-js': identityJs, '@aws-amplify/auth': amplify }[name]();
const microseconds = [];
for (let round = 0; round < Number(rounds); round++) {
  const start = process.hrtime.bigint();
  await run();
  microseconds.push(Number(process.hrtime.bigint() - start) / 1e3);
}
console.log(JSON.stringify({
  microseconds, password: helper.getRandomPassword(), salt: salt(), verifier: helper.getVerifierDevices(),
}));
process.exit();
