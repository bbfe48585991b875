// The unit's side of cmi5: the token, what the launch tells, the place that is kept, and what is said to the record store.
var unit = (function () {
  var told = new URLSearchParams(location.search), token = "", data = {}, begun = Date.now(), isOpen = false;
  var CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/", MASTERY = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore";

  function ask(method, path, query, body, isLast) {
    return fetch(told.get("endpoint") + path + (query ? "?" + new URLSearchParams(query) : ""), {
      method: method, body: body === undefined ? undefined : JSON.stringify(body), keepalive: Boolean(isLast),
      headers: { "Authorization": "Basic " + token, "X-Experience-API-Version": "1.0.3", "Content-Type": "application/json" }
    });
  }
  // A place by its name, or (without one) the names of all places.
  function state(method, name, body) {
    return ask(method, "activities/state", Object.assign(name ? { stateId: name } : {}, { activityId: told.get("activityId"),
      agent: told.get("actor"), registration: told.get("registration") }), body);
  }
  function identity() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    return Array.prototype.map.call(bytes, function (one, place) {
      return ([4, 6, 8, 10].indexOf(place) < 0 ? "" : "-") + (one + 256).toString(16).slice(1);
    }).join("");
  }
  function seconds() { return "PT" + Math.max(1, Math.round((Date.now() - begun) / 1000)) + "S"; }

  function statement(word, result) {
    var context = JSON.parse(JSON.stringify(data.contextTemplate)), isJudging = ["completed", "passed", "failed"].indexOf(word) >= 0;
    context.registration = told.get("registration");
    context.contextActivities.category = [{ id: CATEGORY + "cmi5" }].concat(isJudging ? [{ id: CATEGORY + "moveon" }] : []);
    if (result && result.score) context.extensions[MASTERY] = data.masteryScore;
    return { id: identity(), actor: JSON.parse(told.get("actor")), verb: { id: "http://adlnet.gov/expapi/verbs/" + word },
      object: { id: told.get("activityId") }, context: context, timestamp: new Date().toISOString(),
      result: word === "initialized" ? undefined : Object.assign({ duration: seconds() }, result) };
  }
  async function say(statements, isLast) {
    var answer = await ask("POST", "statements", null, statements, isLast);
    if (!answer.ok) throw new Error(await answer.text());
  }

  return {
    // Opens the session and returns what was kept; null in a session that only looks around.
    begin: async function () {
      var given = await (await fetch(told.get("fetch"), { method: "POST" })).json();
      if (!given["auth-token"]) throw new Error(given["error-text"]);
      token = given["auth-token"];
      data = await (await state("GET", "LMS.LaunchData")).json();
      await ask("GET", "agents/profile", { profileId: "cmi5LearnerPreferences", agent: told.get("actor") });
      await say([statement("initialized")]);
      isOpen = true;
      // Which places exist is asked first, so that nothing is looked for in vain.
      var names = await (await state("GET", "")).json();
      return names.indexOf("tempat") < 0 ? {} : await (await state("GET", "tempat")).json();
    },
    isLearning: function () { return data.launchMode === "Normal"; },
    mastery: function () { return data.masteryScore; },
    keep: function (place) { return state("PUT", "tempat", place); },
    // What was reached. Completed is said once in a registration, the judgement once in a session.
    complete: function () { return say([statement("completed", { completion: true })]); },
    judge: function (share) {
      var isPassed = share >= data.masteryScore;
      return say([statement(isPassed ? "passed" : "failed", { success: isPassed, score: { scaled: share } })]);
    },
    end: function () {
      if (!isOpen) return Promise.resolve();
      isOpen = false;
      return say([statement("terminated")], true);
    },
    leave: function () { if (data.returnURL) location.href = data.returnURL; }
  };
})();
