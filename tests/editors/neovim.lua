-- Opens a file in Neovim with paaslint as its language server, mends it, and writes what was seen as JSON.
-- FILE, PYTHON and RESULT come from the environment.
local function shown()
  local codes = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(codes, { line = each.lnum + 1, column = each.col, code = each.code, message = each.message })
  end
  return codes
end

local function wait_for(condition)
  return vim.wait(30000, condition, 20)
end

vim.o.swapfile = false
vim.cmd("edit " .. vim.fn.fnameescape(vim.env.FILE))
local client = vim.lsp.start_client({
  name = "paaslint",
  cmd = { vim.env.PYTHON, "-m", "paaslint", "lsp" },
  root_dir = vim.fn.fnamemodify(vim.env.FILE, ":h"),
})
vim.lsp.buf_attach_client(0, client)

local result = { opened = wait_for(function() return #shown() > 0 end), before = shown() }

local position = { textDocument = vim.lsp.util.make_text_document_params(), position = { line = 1, character = 1 } }
local answers = vim.lsp.buf_request_sync(0, "textDocument/hover", position, 30000) or {}
result.hover = answers[client] and answers[client].result and answers[client].result.contents.value

local line = result.before[1].line
local range = { start = { line = line - 1, character = 0 }, ["end"] = { line = line - 1, character = 0 } }
local asked = { textDocument = position.textDocument, range = range, context = { diagnostics = {}, only = { "quickfix" } } }
answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", asked, 30000) or {}
for _, action in ipairs(answers[client].result) do
  if action.title:find("^Write") then
    result.action = action.title
    vim.lsp.util.apply_workspace_edit(action.edit, vim.lsp.get_client_by_id(client).offset_encoding)
  end
end

result.mended = wait_for(function() return #shown() == 0 end)
result.lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
result.alive = not vim.lsp.get_client_by_id(client).is_stopped()
vim.lsp.stop_client(client)

local file = io.open(vim.env.RESULT, "w")
file:write(vim.fn.json_encode(result))
file:close()
vim.cmd("qall!")
