// Amplify's journey in a web page. `start(settings)` comes first, then `run(step, given)`.
import * as amplify from 'aws-amplify';
import * as auth from 'aws-amplify/auth';
import * as utils from 'aws-amplify/utils';

import client from './amplify.mjs';
import { outcome } from './outcome.mjs';

const packages = { 'aws-amplify': amplify, 'aws-amplify/auth': auth, 'aws-amplify/utils': utils };
let steps;
window.start = (settings) => { steps = client({ load: (name) => packages[name], ...settings }); };
window.run = (step, given) => outcome(() => steps[step](given));
