-- A ledger as version 1 of the tables had it: never change this.
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE creates (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, intent TEXT NOT NULL UNIQUE, origin TEXT NOT NULL,
        outcome TEXT NOT NULL
            CHECK (outcome IN ('prepared', 'sending', 'accepted', 'refused', 'unknown')),
        owner TEXT NOT NULL, lease REAL NOT NULL, version TEXT NOT NULL, key_fingerprint TEXT,
        model TEXT NOT NULL, label TEXT, once TEXT, input_hash TEXT NOT NULL, body_sha256 TEXT,
        created_at REAL NOT NULL, sent_at REAL, completed_at REAL, settled_at REAL,
        attempts INTEGER NOT NULL DEFAULT 0, task_id TEXT, task_state TEXT, credits REAL,
        error TEXT, urls TEXT, callback_url TEXT, prompt TEXT, input_json TEXT, body BLOB,
        result TEXT, answer TEXT, raw TEXT,
        state TEXT GENERATED ALWAYS AS (
            CASE outcome WHEN 'accepted' THEN coalesce(task_state, 'waiting') ELSE outcome END
        ) VIRTUAL
    );
INSERT INTO "creates" VALUES(1,'i-mnm47vwukv','https://api.kie.ai','accepted','host/a 1 1',1795344000.0,'0.1.0','ffffffffffffffff','flux-2/pro-text-to-image','hats','monday','5555555555555555555555555555555555555555555555555555555555555555','6108058137646fb209a600af9f8d5123c7dd66ba32f7e353070a5b86475429b4',1795344000.0,1795344000.0,1795344020.0,NULL,1,'saved1','success',5.0,NULL,'["https://tempfile.aiquickdraw.com/r/1.png"]',NULL,'A red hat','{"prompt":"A red hat"}',X'7B226D6F64656C223A22666C75782D322F70726F2D746578742D746F2D696D616765222C22696E707574223A7B2270726F6D7074223A22412072656420686174227D7D','{"resultUrls": ["https://tempfile.aiquickdraw.com/r/1.png"]}','{"code":200,"data":{"taskId":"saved1"}}','{"code":200}');
INSERT INTO "creates" VALUES(2,'i-wakkio53lc','https://api.kie.ai','accepted','host/a 1 1',1795344020.0,'0.1.0','ffffffffffffffff','flux-2/pro-text-to-image',NULL,NULL,'5555555555555555555555555555555555555555555555555555555555555555','6108058137646fb209a600af9f8d5123c7dd66ba32f7e353070a5b86475429b4',1795344020.0,1795344020.0,1795344029.0,NULL,1,'failed1','fail',NULL,'{"kind": "task_failed", "code": "422", "message": "nsfw"}','[]',NULL,'A red hat','{"prompt":"A red hat"}',X'7B226D6F64656C223A22666C75782D322F70726F2D746578742D746F2D696D616765222C22696E707574223A7B2270726F6D7074223A22412072656420686174227D7D','null','{"code":200,"data":{"taskId":"failed1"}}','');
INSERT INTO "creates" VALUES(3,'i-kfb3vrtvs2','https://api.kie.ai','accepted','host/a 1 1',1795344020.0,'0.1.0','ffffffffffffffff','flux-2/pro-text-to-image','hats',NULL,'5555555555555555555555555555555555555555555555555555555555555555','6108058137646fb209a600af9f8d5123c7dd66ba32f7e353070a5b86475429b4',1795344020.0,1795344020.0,NULL,NULL,1,'running1',NULL,NULL,NULL,NULL,NULL,'Ein Hut – für Anna','{"prompt":"A red hat"}',X'7B226D6F64656C223A22666C75782D322F70726F2D746578742D746F2D696D616765222C22696E707574223A7B2270726F6D7074223A22412072656420686174227D7D',NULL,'{"code":200,"data":{"taskId":"running1"}}',NULL);
INSERT INTO "creates" VALUES(4,'i-dehe7uahoq','https://api.kie.ai','unknown','host/a 1 1',1795344020.0,'0.1.0','ffffffffffffffff','flux-2/pro-text-to-image',NULL,'tuesday','5555555555555555555555555555555555555555555555555555555555555555','44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',1795344020.0,1795344020.0,NULL,NULL,1,NULL,NULL,NULL,'{"kind": "unknown_outcome", "code": null, "message": "no answer from kie.ai after 60 s"}',NULL,NULL,'A red hat','{"prompt":"A red hat"}',X'7B7D',NULL,'',NULL);
INSERT INTO "creates" VALUES(5,'i-cbet2uqb5a','https://api.kie.ai','refused','host/a 1 1',1795344020.0,'0.1.0','ffffffffffffffff','flux-2/pro-text-to-image',NULL,NULL,'5555555555555555555555555555555555555555555555555555555555555555','44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',1795344020.0,1795344020.0,NULL,NULL,1,NULL,NULL,NULL,'{"kind": "no_credits", "code": 402, "message": "Credits insufficient"}',NULL,NULL,'A red hat','{"prompt":"A red hat"}',X'7B7D',NULL,'{"code":402}',NULL);
INSERT INTO "creates" VALUES(6,'i-5swicjabof','https://api.kie.ai','accepted','host/a 1 1',1795344020.0,'0.1.0','ffffffffffffffff','flux-2/pro-text-to-image',NULL,NULL,'5555555555555555555555555555555555555555555555555555555555555555','6108058137646fb209a600af9f8d5123c7dd66ba32f7e353070a5b86475429b4',1795344020.0,1795344020.0,NULL,NULL,1,'private1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"code":200,"data":{"taskId":"private1"}}',NULL);
CREATE TABLE events (intent TEXT NOT NULL, at REAL NOT NULL, state TEXT NOT NULL, why TEXT);
INSERT INTO "events" VALUES('i-mnm47vwukv',1795344000.0,'prepared',NULL);
INSERT INTO "events" VALUES('i-mnm47vwukv',1795344000.0,'sending',NULL);
INSERT INTO "events" VALUES('i-mnm47vwukv',1795344000.0,'accepted',NULL);
INSERT INTO "events" VALUES('i-mnm47vwukv',1795344020.0,'success',NULL);
INSERT INTO "events" VALUES('i-wakkio53lc',1795344020.0,'prepared',NULL);
INSERT INTO "events" VALUES('i-wakkio53lc',1795344020.0,'sending',NULL);
INSERT INTO "events" VALUES('i-wakkio53lc',1795344020.0,'accepted',NULL);
INSERT INTO "events" VALUES('i-wakkio53lc',1795344020.0,'fail','nsfw');
INSERT INTO "events" VALUES('i-kfb3vrtvs2',1795344020.0,'prepared',NULL);
INSERT INTO "events" VALUES('i-kfb3vrtvs2',1795344020.0,'sending',NULL);
INSERT INTO "events" VALUES('i-kfb3vrtvs2',1795344020.0,'accepted',NULL);
INSERT INTO "events" VALUES('i-dehe7uahoq',1795344020.0,'prepared',NULL);
INSERT INTO "events" VALUES('i-dehe7uahoq',1795344020.0,'sending',NULL);
INSERT INTO "events" VALUES('i-dehe7uahoq',1795344020.0,'unknown','no answer from kie.ai after 60 s');
INSERT INTO "events" VALUES('i-cbet2uqb5a',1795344020.0,'prepared',NULL);
INSERT INTO "events" VALUES('i-cbet2uqb5a',1795344020.0,'sending',NULL);
INSERT INTO "events" VALUES('i-cbet2uqb5a',1795344020.0,'refused','Credits insufficient');
INSERT INTO "events" VALUES('i-5swicjabof',1795344020.0,'prepared',NULL);
INSERT INTO "events" VALUES('i-5swicjabof',1795344020.0,'sending',NULL);
INSERT INTO "events" VALUES('i-5swicjabof',1795344020.0,'accepted',NULL);
CREATE TABLE files (
        origin TEXT NOT NULL, task_id TEXT NOT NULL, position INTEGER NOT NULL,
        path BLOB NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, url TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('saving', 'saved')),
        PRIMARY KEY (origin, task_id, position)
    ) WITHOUT ROWID
    ;
INSERT INTO "files" VALUES('https://api.kie.ai','saved1',1,X'2F686F6D652F616E6E2F62FF2E706E67',1234,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','https://tempfile.aiquickdraw.com/r/1.png','saved');
CREATE TABLE uploads (
        sha256 TEXT NOT NULL, host TEXT NOT NULL, key TEXT NOT NULL, url TEXT NOT NULL,
        at REAL NOT NULL, PRIMARY KEY (sha256, host, key)
    ) WITHOUT ROWID
    ;
INSERT INTO "uploads" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','https://kieai.redpandaai.co','ffffffffffffffff','https://tempfile.redpandaai.co/x.png',1795344020.0);
CREATE INDEX creates_task ON creates (origin, task_id);
CREATE INDEX creates_open ON creates (outcome) WHERE outcome IN ('prepared', 'sending');
CREATE UNIQUE INDEX creates_once ON creates (origin, once)
    WHERE once IS NOT NULL AND outcome <> 'refused' AND settled_at IS NULL
    ;
CREATE INDEX events_intent ON events (intent);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('creates',6);
COMMIT;
