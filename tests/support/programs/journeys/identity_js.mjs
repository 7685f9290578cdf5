// amazon-cognito-identity-js. It confirms a new device by itself, and sends the key of the last one by itself.
export default function identityJs({ load, endpoint, poolId, clientId }) {
  const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } =
    load('amazon-cognito-identity-js');
  let kept = {};
  const Storage = {
    setItem: (name, value) => { kept[name] = value; },
    getItem: (name) => kept[name] ?? null,
    removeItem: (name) => { delete kept[name]; },
    clear: () => { kept = {}; },
  };
  const Pool = new CognitoUserPool({ UserPoolId: poolId, ClientId: clientId, endpoint: `${endpoint}/`, Storage });
  let user;

  /** A method that takes a callback of two arguments. */
  const called = (object, method, ...given) => new Promise((resolve, reject) => {
    object[method](...given, (error, result) => (error ? reject(error) : resolve(result)));
  });
  /** A method that takes an object of callbacks. */
  const told = (method, ...given) => new Promise((resolve, reject) => {
    user[method](...given, { onSuccess: resolve, onFailure: reject, associateSecretCode: resolve });
  });
  const accessToken = (session) => session.getAccessToken().getJwtToken();

  return {
    sign_up: async ({ username, password, email }) => {
      const attributes = [new CognitoUserAttribute({ Name: 'email', Value: email })];
      const result = await called(Pool, 'signUp', username, password, attributes, []);
      return { sent_to: result.codeDeliveryDetails.Destination };
    },
    confirm_sign_up: async ({ username, code }) => {
      await called(new CognitoUser({ Username: username, Pool, Storage }), 'confirmRegistration', code, false);
    },
    sign_in: async ({ username, password, code }) => {
      user = new CognitoUser({ Username: username, Pool, Storage });
      const details = new AuthenticationDetails({ Username: username, Password: password });
      const session = await new Promise((resolve, reject) => {
        const callbacks = {
          onSuccess: resolve,
          onFailure: reject,
          totpRequired: () => user.sendMFACode(code, callbacks, 'SOFTWARE_TOKEN_MFA'),
        };
        user.authenticateUser(details, callbacks);
      });
      return { access_token: accessToken(session) };
    },
    set_up_totp: async () => ({ secret: await told('associateSoftwareToken') }),
    verify_totp: async ({ code }) => {
      await told('verifySoftwareToken', code, 'an authenticator');
      await called(user, 'setUserMfaPreference', null, { PreferredMfa: true, Enabled: true });
    },
    another_machine: () => Storage.clear(),
    remember: async () => { await told('setDeviceStatusRemembered'); },
    list: async () => ({ keys: (await told('listDevices', 10, null)).Devices.map((one) => one.DeviceKey) }),
    refresh: async () => {
      const session = await called(user, 'refreshSession', user.getSignInUserSession().getRefreshToken());
      return { access_token: accessToken(session) };
    },
    forget: async () => { await told('forgetDevice'); },
  };
}
