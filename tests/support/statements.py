"""What the local Cognito says about AWS; `fidelity_page.py` makes docs/fidelity.md from it."""

# ruff: noqa: E501 - rows of a table

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GUESSED", "LEFT_OUT", "STATEMENTS", "WITHOUT_SWITCH", "Statement"]

MODEL = "AWS's service model and its texts"
GUIDE = "Developer Guide"
MINISTACK = "ministackorg/ministack#1758, on a real pool"
SUITE = "cognito-srp-helper's suite, which runs against AWS"

#: How sure a statement is.
MEASURED, DOCUMENTED, REPORTED, GUESSED = "measured", "documented", "reported", "guessed"


@dataclass(frozen=True)
class Statement:
    """`test` holds it, as file::function in tests/local; a guess names its switch."""

    text: str
    source: str
    sure: str
    test: str
    switch: str | None = None


S = Statement
STATEMENTS: dict[str, list[Statement]] = {
    "Names": [
        S(
            "A verified e-mail address or phone number in AliasAttributes signs in, and so does preferred_username; USER_ID_FOR_SRP is the name behind it",
            f"{MINISTACK}; getmoto/moto#4249",
            MEASURED,
            "test_names.py::test_verified_aliases_sign_in_with_the_name_behind_them_in_srp",
        ),
        S(
            "An unverified alias is unknown",
            "amazon-cognito-identity-js#398, by AWS staff",
            REPORTED,
            "test_names.py::test_an_unverified_alias_is_unknown",
        ),
        S(
            "A taken alias is AliasExistsException; ForceAliasCreation takes it away from the other user",
            MODEL,
            DOCUMENTED,
            "test_names.py::test_a_taken_alias",
        ),
        S(
            "Names of an alias's form are refused where that is an alias",
            "aws-amplify/amplify-js#8800, amazon-archives/awsmobile-cli#178, with AWS's words",
            REPORTED,
            "test_names.py::test_names_of_an_aliass_form_are_refused",
        ),
        S(
            "With CaseSensitive false, letter case does not count, in sign-in and in duplicates",
            f"{MODEL}: UsernameConfigurationType",
            DOCUMENTED,
            "test_names.py::test_letter_case_does_not_count_where_the_pool_says_so",
        ),
        S(
            "Admin operations take the sub",
            f"{MODEL}; ministackorg/ministack#326",
            DOCUMENTED,
            "test_names.py::test_admin_operations_take_subs_and_aliases",
        ),
        S(
            "Sign-in does not take the sub: UserNotFoundException",
            MINISTACK,
            MEASURED,
            "test_names.py::test_sign_in_does_not_take_a_sub",
        ),
        S(
            'A taken name: UsernameExistsException, "User already exists" in SignUp, "User account already exists" in AdminCreateUser',
            "aws-amplify/amplify-js#6238; localstack/localstack#4465",
            REPORTED,
            "test_names.py::test_taken_names_in_aws_words",
        ),
        S(
            "Where an app client hides who exists, a name that nobody has gets the same UUID and salt at every attempt",
            f'{GUIDE}, "Managing error responses"',
            DOCUMENTED,
            "test_names.py::test_a_name_that_nobody_has_gets_the_same_uuid_each_time",
        ),
    ],
    "Accounts and codes": [
        S(
            "SignUp sends a code to what AutoVerifiedAttributes names, phone numbers before e-mail, and says where",
            "AWS CDK's reference, AutoVerifiedAttrs: only the phone number is verified where both are",
            DOCUMENTED,
            "test_sign_up.py::test_a_phone_number_comes_before_an_email_address",
        ),
        S(
            "A code works once and confirms the attribute it went to; another is CodeMismatchException",
            f"{MODEL}: CodeMismatchException; re:Post, knowledge center, cognito-confirm-account; used twice amazon-archives/amazon-cognito-identity-js#380",
            DOCUMENTED,
            "test_sign_up.py::test_the_code_that_was_sent_confirms_and_verifies",
        ),
        S(
            "A code that was never sent, is used up or has expired: ExpiredCodeException; after 24 hours for a sign-up, one hour for a password",
            f'{GUIDE}, "Recovering user accounts": one hour; 24 hours amazon-archives/amazon-cognito-identity-js#189, by AWS staff; never sent or wrong aws-amplify/amplify-flutter#1128',
            DOCUMENTED,
            "test_accounts.py::test_a_reset_code_ends_after_an_hour",
        ),
        S(
            "Where an app client hides who exists, codes are sent to simulated destinations, and answers with them fail as others do",
            f'{GUIDE}, "Managing error responses"',
            DOCUMENTED,
            "test_accounts.py::test_nobody_is_told_who_exists",
        ),
        S(
            'Without auto-verification: "Cannot resend codes. Auto verification not turned on."',
            "aws-amplify/amplify-cli#3646",
            REPORTED,
            "test_sign_up.py::test_without_auto_verification_no_code_is_sent_and_none_is_right",
        ),
        S(
            "ForgotPassword without a verified contact: InvalidParameterException",
            MODEL,
            DOCUMENTED,
            "test_accounts.py::test_a_reset_needs_a_verified_contact",
        ),
        S(
            "A reset code goes where AccountRecoverySetting says; without it, SMS before e-mail",
            MODEL,
            DOCUMENTED,
            "test_accounts.py::test_where_a_reset_code_goes",
        ),
        S(
            "AttributesRequireVerificationBeforeUpdate: the old value counts until the new one is verified",
            MODEL,
            DOCUMENTED,
            "test_accounts.py::test_an_address_that_has_to_be_verified_first",
        ),
        S(
            "A blank value deletes an attribute",
            MODEL,
            DOCUMENTED,
            "test_accounts.py::test_attributes_go_by_name_or_by_a_blank_value",
        ),
        S(
            "SignUp may come without a password where codes sign in, and its Session signs the confirmed user in",
            MODEL,
            DOCUMENTED,
            "test_sign_up.py::test_without_a_password_where_codes_sign_in",
        ),
        S(
            "Temporary passwords end after TemporaryPasswordValidityDays, 7 by default; MessageAction RESEND begins anew",
            MODEL,
            DOCUMENTED,
            "test_accounts.py::test_a_temporary_password_ends",
        ),
        S(
            'From the fifth failed password on, a lock of 1 s that doubles up to 15 minutes: "Password attempts exceeded"; attempts during it do not count, a success or 15 quiet minutes begin anew',
            f'{GUIDE}, "Lockout behavior for failed sign-in attempts"',
            DOCUMENTED,
            "test_lockout.py::test_every_failure_doubles_the_lock_up_to_a_quarter_of_an_hour",
        ),
        S(
            "Wrong previous passwords in ChangePassword do not count as failed sign-ins",
            "no source",
            GUESSED,
            "test_lockout.py::test_wrong_previous_passwords_count_where_the_switch_says_so",
            "lockout_in_change_password",
        ),
        S(
            "An unconfirmed user hears so before the password is looked at",
            f"amazon-cognito-identity-js#288, by AWS staff; {MINISTACK}",
            MEASURED,
            "test_sign_up.py::test_an_unconfirmed_user_hears_so_whatever_the_password",
        ),
        S(
            r"Passwords are `^[\S]+.*[\S]+$`: with spaces inside",
            "AWS's own answer in cds-snc/platform-forms-client#5635",
            MEASURED,
            "test_sign_up.py::test_spaces_inside_a_password",
        ),
    ],
    "Devices": [
        S(
            "ConfirmDevice takes any key that was given to the token's user",
            SUITE,
            MEASURED,
            "test_devices.py::test_any_key_that_was_given_to_the_user",
        ),
        S(
            'A code answered under an alias gives tokens whose device is refused, "Invalid device key given.", and which cannot be refreshed',
            "aws-amplify/amplify-js#4047, #7615; amazon-cognito-identity-dart-2#201",
            REPORTED,
            "test_device_rules.py::test_a_device_key_of_a_code_answered_under_an_alias_is_refused",
        ),
        S(
            "DEVICE_KEY with the answer to a code: the device proves itself next",
            "aws-amplify/amplify-android#3289, one report",
            REPORTED,
            "test_device_rules.py::test_a_remembered_device_is_asked_for_when_its_key_comes_with_the_code",
        ),
        S(
            "ListDevices of a pool that remembers on the user's word shows remembered devices only",
            "aws-amplify/amplify-js#12171, amazon-cognito-identity-js#199",
            REPORTED,
            "test_device_rules.py::test_an_opt_in_pool_lists_remembered_devices_only",
        ),
        S(
            "AdminListDevices shows every confirmed device, remembered or not",
            "no source but its attribute dev:device_remembered_status",
            GUESSED,
            "test_device_rules.py::test_an_opt_in_pool_lists_remembered_devices_only",
            "admin_lists_remembered_only",
        ),
        S(
            'Refreshing the tokens of a tracked device takes its key; one that is unconfirmed, forgotten or another\'s: "Invalid Refresh Token."',
            "aws/aws-sdk-java#2841, aws-amplify/amplify-js#2962",
            REPORTED,
            "test_devices.py::test_refreshing_needs_the_device",
        ),
        S(
            "The device challenges work without a Session",
            "pycognito",
            REPORTED,
            "test_device_sign_in.py::test_without_any_session_as_pycognito_does",
        ),
        S(
            "CUSTOM_AUTH gives a new device key",
            f'contradictory: yes {MODEL} (InitiateAuth takes DEVICE_KEY), aws-amplify/amplify-js#2705; no {GUIDE} of 2023, "Specifying user pool device tracking settings" (USER_SRP_AUTH alone), aws-amplify/amplify-js#14909, #12220',
            GUESSED,
            "test_device_rules.py::test_whether_custom_auth_gives_a_device_key_is_a_switch",
            "custom_auth_devices",
        ),
    ],
    "Sign-in": [
        S(
            "SECRET_HASH is checked against the USERNAME of the same request",
            SUITE,
            MEASURED,
            "test_flows.py::test_email_as_username_with_a_secret",
        ),
        S(
            'A wrong hash at a refresh: "SecretHash does not match for the client: …"',
            "NabuCasa/pycognito#196",
            REPORTED,
            "test_secret_hash.py::test_every_flow",
        ),
        S(
            "PASSWORD_VERIFIER comes without a Session",
            MINISTACK,
            MEASURED,
            "test_user_sign_in.py::test_a_session_where_none_was_given",
        ),
        S(
            "CUSTOM_AUTH asks for no second factor",
            "no source",
            GUESSED,
            "test_guesses.py::test_whether_custom_auth_asks_for_the_second_factor",
            "custom_auth_asks_second_factor",
        ),
        S(
            "USER_AUTH offers codes and passkeys only to users without a second factor",
            f'{GUIDE}, "Things to know about authentication with user pools": no second factor follows a one-time password; that none is offered is the guess',
            GUESSED,
            "test_guesses.py::test_whether_a_second_factor_leaves_only_passwords_to_choose",
            "choice_with_second_factor",
        ),
        S(
            "A PREFERRED_CHALLENGE that is not available is answered with SELECT_CHALLENGE",
            "no source",
            GUESSED,
            "test_guesses.py::test_whether_a_preference_that_is_not_available_is_refused",
            "unavailable_choice_is_refused",
        ),
    ],
    "Tokens and settings": [
        S(
            "ID tokens carry the attributes that the app client may read, in their types",
            f'{GUIDE}, "Understanding the identity (ID) token"; {MODEL}: ReadAttributes',
            DOCUMENTED,
            "test_tokens.py::test_the_id_token_has_the_attributes_in_their_types",
        ),
        S(
            "ID and access tokens carry an event_id",
            "aws-amplify/amplify-js#816 shows it in an access token, gist a-h/c25705ed in an ID token",
            REPORTED,
            "test_tokens.py::test_one_sign_in_is_one_event",
        ),
        S(
            "ID and access tokens are signed with keys of their own, the first and the second of jwks.json",
            "awsdocs/amazon-cognito-developer-guide#22, by trying",
            MEASURED,
            "test_tokens.py::test_two_keys_sign_and_both_are_published",
        ),
        S(
            "Pool ids are the Region and nine letters and digits",
            "aws-amplify/amplify-js#816, awslabs/aws-support-tools#76: pools of real tokens",
            MEASURED,
            "test_tokens.py::test_pool_ids_look_like_those_of_aws",
        ),
        S(
            "AssociateSoftwareToken where the pool takes no authenticators: SoftwareTokenMFANotFoundException",
            MODEL,
            DOCUMENTED,
            "test_tokens.py::test_an_authenticator_needs_a_pool_that_takes_them",
        ),
        S(
            "Members with nothing to say are absent",
            "re:Post, knowledge center, cognito-confirm-account: a SignUp without CodeDeliveryDetails; aws-amplify/amplify-ui#6629",
            DOCUMENTED,
            "test_tokens.py::test_absent_settings_are_absent",
        ),
        S(
            "All members of SetUserPoolMfaConfig but the pool are optional",
            MODEL,
            DOCUMENTED,
            "test_tokens.py::test_the_members_of_mfa_settings_are_optional",
        ),
        S(
            "A pool with DeletionProtection is not deleted: InvalidParameterException",
            MODEL,
            DOCUMENTED,
            "test_tokens.py::test_a_protected_pool_is_not_deleted",
        ),
        S(
            "ListUserPools takes no MaxResults",
            'AWS\'s code examples for JavaScript 3, "hello cognito"',
            DOCUMENTED,
            "test_tokens.py::test_list_user_pools_as_the_javascript_example_calls_it",
        ),
    ],
}

#: What a request may ask for and does not get, beside the operations that are missing.
LEFT_OUT = [
    "Lambda triggers other than those of CUSTOM_AUTH: a LambdaConfig is kept and shown, and nothing in it is called.",
    "Hosted UI, managed login, OAuth 2.0 endpoints, federation through identity providers: their settings are kept and shown.",
    "Messages are not sent and templates not filled in: `LocalCognito.emails` and `text_messages` show codes and temporary passwords.",
    "Quotas and attempt limits: no LimitExceededException, no TooManyFailedAttemptsException; [faults](local-cognito.md#failures) throttle on demand.",
    "PasswordHistorySize, threat protection (UserPoolAddOns), risk and log delivery: settings without an effect.",
    "Registering passkeys: `use_passkey` gives one, whose relying party is `localhost`.",
    "Constraints on attributes (StringAttributeConstraints, Mutable) are kept and shown, and values are not checked against them.",
    "IAM: requests need no credentials, and none are checked.",
]

#: Guesses that are no switches, and why.
WITHOUT_SWITCH = [
    'Wrong codes of a second factor do not lock a user out. The guide contradicts itself: "Lockout behavior for failed sign-in attempts" is about passwords, and "Adding MFA to a user pool" says that five wrong codes begin the same. No report says what answers such a user then gets.',
    "The ID token and the access token of a sign-in carry the same event_id. Both are seen with one, never side by side; no client is known to compare them.",
    "A wrong answer to WEB_AUTHN uses the challenge up. Passkeys of the local Cognito are a helper for tests, which answer right.",
]
