// Three decisions with what follows from each; goes on where it stopped, on any device.
(function () {
  var STEPS = [
    { title: "Pukul 08.00", story: "Rapat pagi dibatalkan dan Anda punya empat puluh menit. Kursus Anda tinggal satu bagian. Apa yang Anda lakukan?",
      options: [["Membalas semua surel dahulu, lalu melihat apakah masih ada waktu", 0, "Surel mengisi waktu yang ada. Bagian itu tetap tinggal satu."],
                ["Menutup surel dua puluh menit, menyelesaikan satu bagian, lalu membalas", 1, "Satu bagian selesai, dan surel tidak ada yang terlambat."]] },
    { title: "Pukul 12.30", story: "Rekan bertanya cara membuat tabel ringkasan. Minggu lalu Anda mempelajarinya. Bagaimana Anda menjawab?",
      options: [["Mengerjakannya untuk dia, lebih cepat", 0, "Tabelnya jadi, tetapi besok ia bertanya lagi, dan Anda tidak menguji ingatan Anda."],
                ["Menunjukkan langkahnya sambil ia yang memegang tetikus", 1, "Ia dapat melakukannya sendiri, dan Anda tahu bagian mana yang belum Anda kuasai."],
                ["Mengirim tautan kursusnya", 0, "Baik untuk nanti, tetapi ia memerlukannya sekarang."]] },
    { title: "Pukul 16.00", story: "Hari hampir selesai. Kapan bagian berikutnya Anda kerjakan?",
      options: [["Kalau sempat", 0, "Pekan lalu juga begitu, dan tidak pernah sempat."],
                ["Rabu pukul 08.00, ditulis di kalender bersama", 1, "Waktu yang tertulis dan terlihat orang lain lebih jarang tergusur."]] }
  ];
  var at = 0, right = 0, hasCompleted = false, hasJudged = false;
  function el(name) { return document.getElementById(name); }
  function add(parent, tag, text) { var made = document.createElement(tag); made.textContent = text; parent.appendChild(made); return made; }
  function keep() { return unit.keep({ at: at, right: right, hasCompleted: hasCompleted }); }

  function show(focus) {
    el("pilihan").textContent = el("akibat").textContent = "";
    if (at >= STEPS.length) return result(focus);
    var step = STEPS[at];
    el("tempat").textContent = "Keputusan " + (at + 1) + " dari " + STEPS.length;
    el("judul").textContent = step.title;
    el("cerita").textContent = step.story;
    step.options.forEach(function (option) {
      add(el("pilihan"), "button", option[0]).addEventListener("click", function (event) { choose(option, event.currentTarget); });
    });
    if (focus) el("judul").focus();
  }

  function choose(option, button) {
    Array.prototype.forEach.call(el("pilihan").children, function (one) { one.disabled = true; });
    button.setAttribute("aria-pressed", "true");
    at += 1;
    right += option[1];
    add(el("akibat"), "p", option[2]).className = option[1] ? "" : "kurang";
    var next = add(el("akibat"), "button", at < STEPS.length ? "Keputusan berikutnya" : "Lihat hasil");
    next.addEventListener("click", function () { show(true); });
    // A session that only looks around keeps nothing.
    if (unit.isLearning()) keep();
    next.focus();
  }

  function result(focus) {
    var isPassed = right / STEPS.length >= unit.mastery();
    el("tempat").textContent = "Selesai";
    el("judul").textContent = right + " dari " + STEPS.length + " keputusan menolong";
    el("cerita").textContent = isPassed ? "Pekan Anda punya tempat untuk belajar." : "Buka lagi bagian ini untuk mencoba keputusan yang lain.";
    tell();
    if (focus) el("judul").focus();
  }

  // Says what was reached and closes the session; what did not arrive can be sent again.
  async function tell() {
    el("akibat").textContent = "";
    try {
      if (unit.isLearning()) {
        if (!hasCompleted) {
          await unit.complete();
          hasCompleted = true;
          await keep();
        }
        if (!hasJudged) {
          await unit.judge(right / STEPS.length);
          hasJudged = true;
          // Whoever did not pass begins at the first decision next time.
          if (right / STEPS.length < unit.mastery()) { at = 0; right = 0; }
        }
        await keep();
      }
      await unit.end();
    } catch (error) {
      add(el("akibat"), "p", "Hasil belum terkirim. Periksa sambungan, lalu coba lagi.").className = "kurang";
      add(el("akibat"), "button", "Kirim lagi").addEventListener("click", tell);
      return;
    }
    add(el("akibat"), "button", "Tutup kegiatan").addEventListener("click", unit.leave);
  }

  unit.begin().then(function (kept) {
    at = Math.min(Number(kept.at) || 0, STEPS.length);
    right = Number(kept.right) || 0;
    hasCompleted = Boolean(kept.hasCompleted);
    show(false);
  }, function (error) {
    el("cerita").textContent = "Kegiatan ini tidak dapat dibuka: " + error.message + " Muat ulang halaman kursus.";
  });
  window.addEventListener("pagehide", function () { unit.end().catch(function () {}); });
})();
