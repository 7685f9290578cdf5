// The AWS SDK for JavaScript 3, whose proofs cognito-srp-helper makes, as its README says.
export default function sdkJs({ load, endpoint, region, poolId, clientId }) {
  const sdk = load('@aws-sdk/client-cognito-identity-provider');
  const srp = load('cognito-srp-helper');
  const service = new sdk.CognitoIdentityProvider({ endpoint, region });
  const ClientId = clientId;
  let tokens = {};
  let device = {};

  async function passwordSignIn(username, password) {
    const session = srp.createSrpSession(username, password, poolId, false);
    const names = { USERNAME: username, ...(device.DeviceKey && { DEVICE_KEY: device.DeviceKey }) };
    const begun = await service.initiateAuth(srp.wrapInitiateAuth(session, {
      ClientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters: { CHALLENGE_NAME: 'SRP_A', ...names },
    }));
    const signed = srp.signSrpSession(session, begun);
    const respond = (ChallengeName, answer, from = signed) =>
      service.respondToAuthChallenge(srp.wrapAuthChallenge(from, {
        ClientId, ChallengeName, ChallengeResponses: names, Session: answer.Session,
      }));
    const answer = await respond('PASSWORD_VERIFIER', begun);
    if (answer.ChallengeName !== 'DEVICE_SRP_AUTH') return answer;
    const shown = await respond('DEVICE_SRP_AUTH', answer);
    const proof = srp.signSrpSessionWithDevice(session, shown, device.DeviceGroupKey, device.password);
    return respond('DEVICE_PASSWORD_VERIFIER', shown, proof);
  }

  async function confirm({ DeviceKey, DeviceGroupKey }) {
    const { DeviceSecretVerifierConfig, DeviceRandomPassword } = srp.createDeviceVerifier(DeviceKey, DeviceGroupKey);
    const AccessToken = tokens.AccessToken;
    await service.confirmDevice({ AccessToken, DeviceKey, DeviceName: 'node', DeviceSecretVerifierConfig });
    device = { DeviceKey, DeviceGroupKey, password: DeviceRandomPassword };
  }

  const named = () => ({ AccessToken: tokens.AccessToken, DeviceKey: device.DeviceKey });
  return {
    sign_up: async ({ username, password, email }) => {
      const UserAttributes = [{ Name: 'email', Value: email }];
      const answer = await service.signUp({ ClientId, Username: username, Password: password, UserAttributes });
      return { sent_to: answer.CodeDeliveryDetails.Destination };
    },
    confirm_sign_up: async ({ username, code }) => {
      await service.confirmSignUp({ ClientId, Username: username, ConfirmationCode: code });
    },
    sign_in: async ({ username, password, code }) => {
      let answer = await passwordSignIn(username, password);
      if (answer.ChallengeName === 'SOFTWARE_TOKEN_MFA') {
        const ChallengeResponses = { USERNAME: username, SOFTWARE_TOKEN_MFA_CODE: code };
        const { ChallengeName, Session } = answer;
        answer = await service.respondToAuthChallenge({ ClientId, ChallengeName, Session, ChallengeResponses });
      }
      tokens = answer.AuthenticationResult;
      if (tokens.NewDeviceMetadata) await confirm(tokens.NewDeviceMetadata);
      return { access_token: tokens.AccessToken };
    },
    set_up_totp: async () => {
      const { AccessToken } = tokens;
      return { secret: (await service.associateSoftwareToken({ AccessToken })).SecretCode };
    },
    verify_totp: async ({ code }) => {
      const { AccessToken } = tokens;
      await service.verifySoftwareToken({ AccessToken, UserCode: code });
      const SoftwareTokenMfaSettings = { Enabled: true, PreferredMfa: true };
      await service.setUserMFAPreference({ AccessToken, SoftwareTokenMfaSettings });
    },
    another_machine: () => { device = {}; },
    remember: async () => {
      await service.updateDeviceStatus({ ...named(), DeviceRememberedStatus: 'remembered' });
    },
    list: async () => {
      const { AccessToken } = tokens;
      return { keys: (await service.listDevices({ AccessToken })).Devices.map((one) => one.DeviceKey) };
    },
    refresh: async () => {
      const AuthParameters = { REFRESH_TOKEN: tokens.RefreshToken, DEVICE_KEY: device.DeviceKey };
      const answer = await service.initiateAuth({ ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters });
      return { access_token: answer.AuthenticationResult.AccessToken };
    },
    forget: async () => {
      await service.forgetDevice(named());
      device = {};
    },
  };
}
