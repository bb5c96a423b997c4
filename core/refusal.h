/* SPDX-License-Identifier: Apache-2.0 */
/* refusal.h - why a command or a query is answered with no: an ordinary answer, in two languages.
 *
 * A refusal changed nothing. Its code is part of the contract with scripts: codes are only added.
 */
#ifndef CORE_REFUSAL_H
#define CORE_REFUSAL_H

#include <stdbool.h>

#define REFUSAL_LIST(X)                                                                            \
    X(NONE, "无", "none")                                                                          \
    X(MALFORMED, "内容无法读取", "this cannot be read as a message of the protocol")               \
    X(BAD_SIGNATURE, "签名不符", "the signature does not fit")                                     \
    X(UNKNOWN_SIGNER, "签名主体未登记", "the signer is not enrolled, or is not this connection")   \
    X(WRONG_OFFICE, "信封写给了另一辖区", "the envelope is for another office")                    \
    X(NOT_ALLOWED, "无权进行此操作", "this role may not do that")                                  \
    X(PRINCIPAL_DISABLED, "该主体已停用", "this principal is disabled")                            \
    X(PRINCIPAL_EXPIRED, "该主体有效期已过", "this principal has expired")                         \
    X(COMMAND_ID_INVALID, "命令编号须为16字节", "a command id has 16 bytes")                       \
    X(COMMAND_ID_REUSED, "命令编号已用于其他内容", "this command id was used with other content")  \
    X(COMMAND_TOO_OLD, "命令编号早于30天前", "this command id is more than 30 days old")           \
    X(TOO_COMPLEX, "内容过于复杂", "this needs more memory than one command may use")              \
    X(STORE_FULL, "磁盘空间不足，暂不受理", "the disk is nearly full; commands are not taken")     \
    X(TOO_BUSY, "一次送来的命令过多，请稍后重发", "too much came at once; send this again")        \
    X(UNKNOWN_PROPOSAL, "没有此申报项目", "there is no such proposal")                             \
    X(UNKNOWN_REVIEW, "没有此审查任务", "there is no such review")                                 \
    X(UNKNOWN_PROCESS, "没有此流程", "there is no such process")                                   \
    X(UNKNOWN_DEPARTMENT, "没有此部门", "there is no such department")                             \
    X(UNKNOWN_DEFINITION, "没有此定义", "there is no such definition")                             \
    X(UNKNOWN_PRINCIPAL, "没有此主体", "there is no such principal")                               \
    X(UNKNOWN_RECEIPT, "没有此回执", "there is no receipt for this command")                       \
    X(DEPARTMENT_NOT_READY, "部门规则包尚未发布", "a department has not published its pack")       \
    X(PACKET_INVALID, "送审材料不符合字段字典", "the packet does not fit the dictionary")          \
    X(DOCUMENT_MISSING, "送审文件尚未上传", "documents named by the packet are not stored")        \
    X(NOTHING_TO_REVISE, "当前没有待补正或修改的事项", "nothing is waiting for a revision")        \
    X(CORRECTION_TOO_WIDE, "补正只能补充所列内容", "a correction changes only what was asked for") \
    X(REPLY_INCOMPLETE, "须逐条答复意见，不采纳或部分采纳须说明理由",                              \
      "every demand needs an answer, and a reason unless it is adopted")                           \
    X(REPLY_INVALID, "答复的不是上一轮的意见条目，或重复答复",                                     \
      "this answers no item of the last round, or one twice")                                      \
    X(ROUNDS_EXHAUSTED, "轮次已用完", "there is no round left")                                    \
    X(NOT_RETURNED, "项目没有被退回修改", "the proposal was not returned")                         \
    X(ROUND_LEFT, "轮次尚未用完", "there is a round left")                                         \
    X(PROPOSAL_ENDED, "申报项目已结束", "the proposal has ended")                                  \
    X(NOT_YOUR_PROPOSAL, "不是本主体的申报项目", "the proposal is another applicant's")            \
    X(NOT_YOUR_REVIEW, "不是本部门的审查任务", "the review is another department's")               \
    X(OPINION_ALREADY_GIVEN, "本轮意见已经出具", "the opinion of this review was already given")   \
    X(SIGN_OFF_NEEDED, "本部门意见须由负责人签发",                                                 \
      "the head of the department gives its opinions")                                             \
    X(NO_DRAFT, "没有待签发的意见草稿", "there is no draft to release")                            \
    X(DRAFT_DIFFERS, "草稿已有变更", "the draft is another one by now")                            \
    X(OPINION_NOT_GIVEN, "本轮尚未出具意见", "no opinion was given to this review")                \
    X(OPINION_SEALED, "意见尚未公开", "this opinion is not to be read yet")                        \
    X(CONSOLIDATION_OPEN, "汇总已开始，意见不能再更正",                                            \
      "consolidation has begun: opinions stand as they are")                                       \
    X(RESULT_INVALID, "意见类型无效", "this is not a result that can be given")                    \
    X(ITEMS_MISSING, "不同意或修改后同意须列明至少一条强制性意见",                                 \
      "disagree and conditional need at least one item of severity must")                          \
    X(ITEM_INVALID, "意见条目不完整", "an item lacks what it needs")                               \
    X(ITEMS_UNSETTLED, "须逐条说明本部门上轮意见是否闭合",                                         \
      "each earlier item of the department has to be closed or restated")                          \
    X(LATE_NEW_ITEM, "未改动的内容上轮未提出，须有法定理由方可新提",                               \
      "this did not change and was not raised before; a new item needs a ground")                  \
    X(BASIS_MISSING, "强制性意见须注明依据", "an item of severity must needs a basis")             \
    X(MUST_NOT_DEMAND, "没有要求的意见类型不能含强制性意见",                                       \
      "a result that demands nothing has no item of severity must")                                \
    X(DEFECT_MISSING, "强制性意见须写明问题", "an item of severity must says what is wrong")       \
    X(CLOSING_MISSING, "条件须写明如何销项", "a condition says how it is closed")                  \
    X(REASON_MISSING, "须说明理由", "a reason is needed")                                          \
    X(PARTS_INVALID, "分项意见与权属单位不符", "the parts do not fit the department's owners")     \
    X(PACKET_DIFFERS, "意见所针对的材料版本不符", "the opinion is about another packet")           \
    X(RULES_MAY_NOT_ANSWER, "本部门意见须由人员出具", "this department's opinions are a person's") \
    X(NOT_MARKED, "本审查任务未标记为非本部门职责", "the review is not marked not_competent")      \
    X(CLOCK_NOT_RUNNING, "该时钟未在计时", "this clock is not running")                            \
    X(CLOCK_NOT_HELD, "该时钟未中止", "this clock is not held")                                    \
    X(ALREADY_HELD, "已因同一事由中止或申请中止", "it is held, or asked to be, for that reason")   \
    X(NO_HOLD_ASKED, "没有待批准的中止申请", "no hold was asked for")                              \
    X(HOLD_INVALID, "中止计时的事由、文号或预计恢复时间有误",                                      \
      "a hold needs a reason from the list, a document and an expected end")                       \
    X(EXTENSION_NOT_PROVIDED, "流程未规定延长", "the process does not provide for an extension")   \
    X(ALREADY_EXTENDED, "时限已经延长过", "the limit was extended already")                        \
    X(EXTENSION_TOO_LONG, "延长超出上限", "the extension is longer than allowed")                  \
    X(EXTENSION_INVALID, "延长的时长无效", "this is no length for this extension")                 \
    X(CORRECTION_ALREADY_ASKED, "本部门本轮已要求补正一次",                                        \
      "the department has asked for its one correction of the round")                              \
    X(NO_LATE_OPINION, "没有可据以重开的逾期意见", "no late opinion asks for that")                \
    X(GROUND_MISSING, "重开须以安全或合法性为由", "reopening needs safety or law as its ground")   \
    X(DEFINITION_INVALID, "定义有误", "the definition is not valid")                               \
    X(DEFINITION_OLDER, "定义版本低于现行版本", "a newer version is in force")                     \
    X(DEFINITION_VERSION_REUSED, "同一版本号内容不同", "this version was published otherwise")     \
    X(PACK_INVALID, "规则包有误", "the pack is not valid")                                         \
    X(PACK_OLDER, "规则包版本低于现行版本", "a newer version of the pack is in force")             \
    X(PACK_VERSION_REUSED, "同一版本号的规则包内容不同",                                           \
      "this version of the pack was published with other content")                                 \
    X(PRINCIPAL_INVALID, "主体登记信息有误", "the principal is not valid")                         \
    X(PRINCIPAL_EXISTS, "该主体已登记", "a principal of this name is enrolled")                    \
    X(KEY_ALREADY_ENROLLED, "密钥已属于另一主体", "the key belongs to another principal")          \
    X(ROLES_INCOMPATIBLE, "管理员不得兼任审查角色", "who administers cannot give opinions")        \
    X(UNKNOWN_STAGE, "没有此环节", "there is no such stage")                                       \
    X(UNKNOWN_CONFLICT, "没有此意见冲突", "there is no such conflict")                             \
    X(CONFLICT_SETTLED, "该意见冲突已处理", "the conflict is settled")                             \
    X(CONFLICT_NOT_CONFIRMED, "该意见冲突尚未确认", "the conflict is not confirmed")               \
    X(DOCUMENT_NUMBER_MISSING, "须注明文件编号", "the number of a document is needed")             \
    X(RULING_INVALID, "裁定须支持其中一个部门，或写明应如何处理",                                  \
      "a ruling is for one of the two departments, or says what is to be done")                    \
    X(NOT_OVERRULED, "本部门意见未被裁定推翻", "no ruling overrules this department there")        \
    X(UNKNOWN_ITEM, "没有此意见条目", "there is no such item")                                     \
    X(ITEM_MERGED, "该意见条目已合并", "the item is merged already")                               \
    X(DECISION_ALREADY_MADE, "本轮已经审定", "the verdict of this round was decided on")           \
    X(VERDICT_DIFFERS, "所审定的不是现行结论", "the decision is about another verdict")            \
    X(VERDICT_RETURNS, "结论已是退回修改", "the verdict already returns the proposal")             \
    X(VERDICT_ISSUED, "会审结论已经作出", "the round has its verdict")                             \
    X(NOT_OVERDUE, "该部门并未逾期", "the department is not silent")                               \
    X(UNKNOWN_CONDITION, "没有此条件", "there is no such condition")                               \
    X(NOT_YOUR_CONDITION, "不是本部门提出的条件", "the condition is another department's")         \
    X(UNKNOWN_RULE, "没有此规则", "there is no such rule")                                         \
    X(GATE_NOT_FAILED, "该准入条件并非不通过", "the packet does not fail this gate")               \
    X(GATE_NOT_WAIVABLE, "该准入条件不得豁免", "this gate cannot be waived")                       \
    X(GATE_ALREADY_WAIVED, "该准入条件已获豁免", "this gate is waived already")                    \
    X(WAIVER_ALREADY_ASKED, "已申请豁免，待审定人答复", "the waiver waits for its answer")         \
    X(NO_WAIVER_ASKED, "没有待答复的豁免申请", "no waiver was asked for")                          \
    X(NO_VERDICT_YET, "尚未形成会审结论", "there is no verdict yet")                               \
    X(NO_VERDICT, "本申报项目没有会审结论", "there is no verdict and there will be none")          \
    X(TOO_LARGE, "超出大小限制", "this is larger than the limit")

#define REFUSAL_ENUM(code, zh, en) REFUSAL_##code,
enum refusal { REFUSAL_LIST(REFUSAL_ENUM) };
#undef REFUSAL_ENUM

/* Returns the code as scripts read it: OPINION_ALREADY_GIVEN. */
const char *refusal_code(enum refusal refusal);

/* Sets @out to the refusal of @code; false if there is none. */
bool refusal_find(const char *code, enum refusal *out);

/* Returns the sentence in Chinese or English, without a full stop. */
const char *refusal_zh(enum refusal refusal);
const char *refusal_en(enum refusal refusal);

#endif
