// Who searches for a message wants its section of troubleshooting.md first. The numbers below are Sphinx's own.
var Scorer = {
  score: ([docname, title, anchor, descr, score]) =>
    docname === "troubleshooting" ? score + (anchor ? 20 : 10) : score,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
