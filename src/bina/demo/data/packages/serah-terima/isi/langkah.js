// Four decisions with what follows from each; keeps its place and reports score and answers by SCORM 2004.
(function () {
  var STEPS = [
    { code: "tempat", title: "Arsip di laptop lama", story: "Besok Anda pindah jabatan. Di laptop kantor ada tiga tahun surat keputusan. Apa yang Anda lakukan lebih dahulu?",
      options: [["Menyalin semuanya ke diska lepas pribadi, siapa tahu masih perlu", 0, "Surat dinas keluar dari penjagaan instansi, dan rekan pengganti tetap tidak memilikinya."],
                ["Memindahkannya ke map bersama unit, dengan nama yang sama polanya", 1, "Pengganti Anda menemukannya di tempat yang sudah dikenal semua orang."],
                ["Membiarkannya; bagian TI yang akan mengurus", 0, "Bagian TI tidak tahu mana arsip dan mana konsep. Sebagian akan hilang."]] },
    { code: "daftar", title: "Daftar yang dapat dibaca orang lain", story: "Anda menyusun daftar arsip yang diserahkan. Isian mana yang paling menolong?",
      options: [["Nomor, judul, tanggal, tempat simpan, dan masa simpan", 1, "Dengan lima isian itu siapa pun tahu ada apa, di mana, dan sampai kapan."],
                ["Nama map saja; isinya dapat dibuka sendiri", 0, "Orang harus membuka satu per satu, dan yang hilang tidak ketahuan."],
                ["Judul dan ukuran berkas", 0, "Ukuran tidak menjawab pertanyaan siapa pun."]] },
    { code: "hak", title: "Hak akses Anda", story: "Setelah serah terima, apa yang terjadi dengan hak akses Anda ke map itu?",
      options: [["Dibiarkan, agar mudah membantu bila ditanya", 0, "Hak yang tidak lagi diperlukan adalah pintu yang lupa dikunci."],
                ["Dicabut pada hari Anda pindah, dan pencabutannya dicatat", 1, "Bila kelak diperlukan, hak baca dapat diberikan lagi untuk waktu tertentu."]] },
    { code: "berita", title: "Berita acara", story: "Kapan berita acara serah terima ditandatangani?",
      options: [["Setelah pengganti membuka beberapa berkas dan mencocokkannya dengan daftar", 1, "Tanda tangan berarti isinya sudah dilihat, bukan sekadar diterima."],
                ["Sebelum arsip dipindahkan, agar cepat selesai", 0, "Yang ditandatangani belum ada; kekurangannya menjadi tanggungan pengganti."]] }
  ];

  function find(place) {
    var tries = 0;
    while (place && !place.API_1484_11 && place.parent && place.parent !== place && tries++ < 10) place = place.parent;
    return place && place.API_1484_11;
  }
  var api = find(window), at = 0, right = 0, started = Date.now(), isOver = false;
  function set(name, value) { if (api) api.SetValue(name, String(value)); }
  function el(name) { return document.getElementById(name); }
  function add(parent, tag, text) { var made = document.createElement(tag); made.textContent = text; parent.appendChild(made); return made; }

  function keep() {
    set("cmi.location", at);
    set("cmi.suspend_data", JSON.stringify({ at: at, right: right }));
    set("cmi.progress_measure", at / STEPS.length);
    set("cmi.exit", "suspend");
    if (api) api.Commit("");
  }

  function show(focus) {
    el("pilihan").textContent = el("akibat").textContent = "";
    if (at >= STEPS.length) return end(focus);
    var step = STEPS[at];
    el("tempat").textContent = "Keputusan " + (at + 1) + " dari " + STEPS.length;
    el("judul").textContent = step.title;
    el("cerita").textContent = step.story;
    step.options.forEach(function (option, place) {
      add(el("pilihan"), "button", option[0]).addEventListener("click", function (event) { choose(step, option, place, event.currentTarget); });
    });
    if (focus) el("judul").focus();
  }

  function choose(step, option, place, button) {
    Array.prototype.forEach.call(el("pilihan").children, function (one) { one.disabled = true; });
    button.setAttribute("aria-pressed", "true");
    right += option[1];
    var row = "cmi.interactions." + at + ".";
    set(row + "id", step.code);
    set(row + "type", "choice");
    set(row + "description", step.title);
    set(row + "learner_response", "pilihan_" + (place + 1));
    set(row + "result", option[1] ? "correct" : "incorrect");
    add(el("akibat"), "p", option[2]).className = option[1] ? "" : "kurang";
    var next = add(el("akibat"), "button", at + 1 < STEPS.length ? "Keputusan berikutnya" : "Lihat hasil");
    next.addEventListener("click", function () { show(true); });
    at += 1;
    keep();
    next.focus();
  }

  function end(focus) {
    el("tempat").textContent = "Selesai";
    el("judul").textContent = right + " dari " + STEPS.length + " keputusan tepat";
    el("cerita").textContent = right === STEPS.length ? "Pengganti Anda dapat langsung bekerja." : "Bagian yang belum tepat dapat Anda lihat lagi dengan “Mulai lagi dari awal”.";
    set("cmi.score.scaled", right / STEPS.length);
    set("cmi.score.raw", right); set("cmi.score.min", 0); set("cmi.score.max", STEPS.length);
    set("cmi.completion_status", "completed");
    set("cmi.success_status", right >= STEPS.length / 2 ? "passed" : "failed");
    set("cmi.session_time", "PT" + Math.round((Date.now() - started) / 1000) + "S");
    keep();
    if (focus) el("judul").focus();
  }

  if (api) api.Initialize("");
  try {
    var before = JSON.parse(api ? api.GetValue("cmi.suspend_data") || "{}" : "{}");
    at = Math.min(Number(before.at) || 0, STEPS.length);
    right = Number(before.right) || 0;
  } catch (error) { at = 0; }
  if (api && at === 0) set("cmi.completion_status", "incomplete");
  show(false);
  window.addEventListener("pagehide", function () { if (api && !isOver) { isOver = true; api.Terminate(""); } });
})();
