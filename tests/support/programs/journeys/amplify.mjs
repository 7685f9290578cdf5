// aws-amplify 6. It confirms a new device by itself, and sends the key of the last one by itself.
export default function amplify({ load, endpoint, poolId, clientId }) {
  const { Amplify } = load('aws-amplify');
  const auth = load('aws-amplify/auth');
  const { defaultStorage } = load('aws-amplify/utils');
  Amplify.configure({
    Auth: { Cognito: { userPoolId: poolId, userPoolClientId: clientId, userPoolEndpoint: endpoint } },
  });
  const accessToken = (session) => session.tokens.accessToken.toString();

  return {
    sign_up: async ({ username, password, email }) => {
      const options = { userAttributes: { email } };
      const { nextStep } = await auth.signUp({ username, password, options });
      return { sent_to: nextStep.codeDeliveryDetails.destination };
    },
    confirm_sign_up: async ({ username, code }) => {
      await auth.confirmSignUp({ username, confirmationCode: code });
    },
    sign_in: async ({ username, password, code }) => {
      await auth.signOut();
      let { nextStep } = await auth.signIn({ username, password });
      if (nextStep.signInStep === 'CONFIRM_SIGN_IN_WITH_TOTP_CODE') {
        ({ nextStep } = await auth.confirmSignIn({ challengeResponse: code }));
      }
      if (nextStep.signInStep === 'CONFIRM_SIGN_UP') { // what it makes of UserNotConfirmedException
        throw Object.assign(new Error(nextStep.signInStep), { name: 'UserNotConfirmedException' });
      }
      return { access_token: accessToken(await auth.fetchAuthSession()) };
    },
    set_up_totp: async () => ({ secret: (await auth.setUpTOTP()).sharedSecret }),
    verify_totp: async ({ code }) => {
      await auth.verifyTOTPSetup({ code });
      await auth.updateMFAPreference({ totp: 'PREFERRED' });
    },
    another_machine: () => defaultStorage.clear(),
    remember: () => auth.rememberDevice(),
    list: async () => ({ keys: (await auth.fetchDevices()).map((device) => device.id) }),
    refresh: async () => ({ access_token: accessToken(await auth.fetchAuthSession({ forceRefresh: true })) }),
    forget: () => auth.forgetDevice(),
    reset_password: async ({ username }) => {
      const { nextStep } = await auth.resetPassword({ username });
      return { sent_to: nextStep.codeDeliveryDetails.destination };
    },
    confirm_reset: ({ username, code, password }) =>
      auth.confirmResetPassword({ username, confirmationCode: code, newPassword: password }),
  };
}
