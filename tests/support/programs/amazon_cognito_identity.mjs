// amazon-cognito-identity-js, as it comes from npm: a line with a request on stdin, the answer as the
// last line on stdout. What a browser keeps in localStorage travels with both. Where the user has to
// type a code, a line {"wanted": "code"} goes out and the code comes in.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const typed = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const nextLine = async () => JSON.parse((await typed.next()).value);
const say = (answer) => console.log(JSON.stringify(answer));

const request = await nextLine();
const require = createRequire(request.modules + '/');
const { AuthenticationDetails, CognitoUser, CognitoUserPool } = require('amazon-cognito-identity-js');

const kept = request.storage;
const Storage = {
  setItem: (name, value) => { kept[name] = value; },
  getItem: (name) => kept[name] ?? null,
  removeItem: (name) => { delete kept[name]; },
  clear: () => { for (const name of Object.keys(kept)) delete kept[name]; },
};
const Pool = new CognitoUserPool({
  UserPoolId: request.poolId, ClientId: request.clientId, endpoint: request.endpoint, Storage,
});
const user = new CognitoUser({ Username: request.username, Pool, Storage });

function askForCode() {
  say({ wanted: 'code' });
  return nextLine();
}

function signIn() {
  const { username: Username, password: Password } = request;
  return new Promise((resolve, reject) => {
    const callbacks = {
      onSuccess: (session, confirmationNecessary) =>
        resolve({ accessToken: session.getAccessToken().getJwtToken(), confirmationNecessary }),
      onFailure: reject,
      mfaRequired: async () => user.sendMFACode(await askForCode(), callbacks),
      totpRequired: async () => user.sendMFACode(await askForCode(), callbacks, 'SOFTWARE_TOKEN_MFA'),
    };
    user.authenticateUser(new AuthenticationDetails({ Username, Password }), callbacks);
  });
}

const withSession = (method) => new Promise((resolve, reject) => {
  user.getSession((error) => {
    if (error) { reject(error); return; }
    user.getCachedDeviceKeyAndPassword();
    user[method]({ onSuccess: () => resolve({}), onFailure: reject });
  });
});

const action = request.action === 'signIn' ? signIn() : withSession(request.action);
const answer = await action.catch((error) => ({ refused: error.code ?? error.name, message: error.message }));
say({ ...answer, storage: kept });
process.exit();
