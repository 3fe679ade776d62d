import "./trusted.js";
import "./toggle.js";
import "./once.js";
import "./time.js";
import "./pulse.js";
import "./preview.js";
import "./score.js";
import "./upload.js";
