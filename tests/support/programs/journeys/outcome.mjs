// What a step has come to: what it returns, or the error that the service has answered with.
export async function outcome(step) {
  try {
    return { done: (await step()) ?? {} };
  } catch (error) {
    return { refused: error.code ?? error.name, message: error.message };
  }
}
