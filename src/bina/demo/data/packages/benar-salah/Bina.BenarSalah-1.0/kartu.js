// Cards with a statement each: true or false, why, and on to the next. Keeps its place, tells each answer and the end in xAPI.
var Bina = window.Bina || {};
window.Bina = Bina;

Bina.BenarSalah = (function () {
  function Cards(params, contentId, extras) {
    H5P.EventDispatcher.call(this);
    this.contentId = contentId;
    this.cards = params.cards || [];
    this.intro = params.intro || "";
    this.words = params.words || {};
    var before = (extras && extras.previousState) || {};
    this.given = before.given || {};
    this.at = Math.min(before.at || 0, this.cards.length);
  }
  Cards.prototype = Object.create(H5P.EventDispatcher.prototype);
  Cards.prototype.constructor = Cards;

  Cards.prototype.getCurrentState = function () { return { at: this.at, given: this.given }; };
  Cards.prototype.getMaxScore = function () { return this.cards.length; };
  Cards.prototype.getScore = function () {
    var given = this.given;
    return this.cards.filter(function (card) { return given[card.id] === card.isTrue; }).length;
  };
  Cards.prototype.getTitle = function () { return "Kartu benar atau salah"; };

  Cards.prototype.attach = function ($container) {
    this.box = $container.get(0);
    this.box.classList.add("bina-kartu");
    this.draw();
    this.triggerXAPI("attempted");
  };

  function add(parent, tag, className, text) {
    var made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    parent.appendChild(made);
    return made;
  }

  Cards.prototype.draw = function (focus) {
    var self = this, words = this.words, all = this.cards.length;
    this.box.textContent = "";
    add(this.box, "p", "", this.intro);
    var bar = add(this.box, "div", "bina-kartu__bar");
    add(bar, "i").style.width = (100 * this.at / all) + "%";
    var card = add(this.box, "section", "bina-kartu__card");
    if (this.at >= all) this.drawEnd(card, focus);
    else {
      add(card, "p", "bina-kartu__muted", words.progress.replace("@at", this.at + 1).replace("@all", all));
      this.drawCard(card, this.cards[this.at], focus);
    }
    this.trigger("resize");
  };

  Cards.prototype.drawCard = function (box, card, focus) {
    var self = this, words = this.words, given = this.given[card.id], isAnswered = given !== undefined;
    var statement = add(box, "p", "bina-kartu__statement", card.statement);
    statement.tabIndex = -1;
    var row = add(box, "div", "bina-kartu__row");
    [[true, words.yes], [false, words.no]].forEach(function (pair) {
      var button = add(row, "button", "", pair[1]);
      button.type = "button";
      button.setAttribute("aria-pressed", String(given === pair[0]));
      button.disabled = isAnswered;
      button.addEventListener("click", function () { self.answer(card, pair[0]); });
    });
    if (isAnswered) {
      var why = add(box, "p", "bina-kartu__why" + (given === card.isTrue ? "" : " is-wrong"));
      why.setAttribute("role", "status");
      why.textContent = (given === card.isTrue ? words.right : words.wrong) + ". " + card.why;
      var next = add(add(box, "div", "bina-kartu__row"), "button", "bina-kartu__next", words.next);
      next.type = "button";
      next.addEventListener("click", function () { self.next(); });
      if (focus) next.focus();
    } else if (focus) statement.focus();
  };

  Cards.prototype.drawEnd = function (box, focus) {
    var self = this;
    var end = add(box, "p", "bina-kartu__statement", this.words.result.replace("@score", this.getScore()).replace("@all", this.cards.length));
    end.tabIndex = -1;
    var again = add(add(box, "div", "bina-kartu__row"), "button", "", this.words.again);
    again.type = "button";
    again.addEventListener("click", function () { self.given = {}; self.at = 0; self.draw(true); });
    if (focus) end.focus();
  };

  Cards.prototype.answer = function (card, value) {
    if (this.given[card.id] !== undefined) return;
    this.given[card.id] = value;
    var event = this.createXAPIEventTemplate("answered");
    var definition = event.getVerifiedStatementValue(["object", "definition"]);
    definition.description = { id: card.statement };
    definition.type = "http://adlnet.gov/expapi/activities/cmi.interaction";
    definition.interactionType = "true-false";
    definition.correctResponsesPattern = [String(card.isTrue)];
    definition.extensions["http://h5p.org/x-api/h5p-subContentId"] = card.id;
    event.setScoredResult(value === card.isTrue ? 1 : 0, 1, this, true, value === card.isTrue);
    event.data.statement.result.response = String(value);
    this.trigger(event);
    this.draw(true);
  };

  Cards.prototype.next = function () {
    this.at += 1;
    this.draw(true);
    if (this.at >= this.cards.length) this.triggerXAPIScored(this.getScore(), this.getMaxScore(), "completed", true, this.getScore() === this.getMaxScore());
    else this.triggerXAPI("progressed");
  };

  return Cards;
})();
